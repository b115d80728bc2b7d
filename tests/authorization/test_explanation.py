"""Explaining a decision: the tree, and that its root is the decision."""

import json

import pytest

from django_claimsauth.authorization import (
    Policy,
    RequireRole,
    claim,
    resource,
    service,
)
from django_claimsauth.claims import Claim, ClaimsPrincipal
from django_claimsauth.errors import UnknownPolicyError
from tests.app.models import Document

ANN = ClaimsPrincipal.of("alpha", {"sub": "1", "roles": ["member"], "tier": "gold"})


def test_tree_has_requirements_handlers_verdicts_and_claims(asked, judged):
    def yes(context, requirement):
        if context.principal.has_claim("tier", "gold"):
            context.succeed(requirement)

    async def no(context, requirement):
        context.fail("not on Sundays")

    judged(yes)
    judged(no)

    tree = service.explain(ANN, Policy(asked, RequireRole("admin")))

    assert "not met" == tree.verdict
    assert "vetoed" == tree.reason
    first, second = tree.children
    assert ["succeeded", "failed"] == [each.verdict for each in first.children]
    assert (Claim("tier", "gold"),) == first.children[0].claims
    assert "not on Sundays" == first.children[1].reason
    assert "not met" == second.verdict
    assert (Claim("roles", "member"),) == second.claims
    assert tree.seconds >= first.seconds


def test_rules_show_what_they_read():
    own = (resource.owner_id == claim("sub")) | RequireRole("editor")

    tree = service.explain(ANN, own, Document(owner_id=1))

    assert "met" == tree.verdict
    (joined,) = tree.children
    assert "any_of" == joined.requirement
    assert ["met", "not met"] == [each.verdict for each in joined.children]
    assert (Claim("sub", "1"),) == joined.children[0].claims


@pytest.mark.parametrize("principal", [None, ANN])
def test_root_is_the_decision(principal):
    for policy in ("authenticated", RequireRole("member") & RequireRole("admin")):
        tree = service.explain(principal, policy)
        assert (tree.verdict == "met") is bool(service.authorize(principal, policy))


def test_handler_without_an_opinion_says_so(asked, judged):
    judged(lambda context, requirement: None)

    (child,) = service.explain(ANN, asked).children
    assert "no opinion" == child.children[0].verdict


def test_str_draws_the_tree_and_dict_is_json(asked, judged):
    judged(lambda context, requirement: context.fail("why"))
    principal = ClaimsPrincipal.of("alpha", {"sub": "1", "org": {"id": 1}})
    tree = service.explain(principal, Policy(asked, RequireRole("admin")))

    drawn = str(tree)

    assert drawn.splitlines()[1].startswith("  ")
    assert "(why)" in drawn
    assert "not met" == json.loads(json.dumps(tree.as_dict()))["verdict"]


def test_object_claims_are_shown_as_text(asked, judged):
    judged(lambda context, requirement: context.principal.find_first("org"))
    principal = ClaimsPrincipal.of("alpha", {"org": {"id": 1}})

    tree = service.explain(principal, asked).as_dict()

    shown = tree["children"][0]["children"][0]["claims"][0]
    assert "{'id': 1}" == shown["value"]
    assert "[org={'id': 1}]" in str(service.explain(principal, asked))


def test_unknown_policy_is_an_error():
    with pytest.raises(UnknownPolicyError):
        service.explain(ANN, "nothing")
