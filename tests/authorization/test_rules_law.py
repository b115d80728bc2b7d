"""The law of rules: a queryset keeps exactly the rows that judging allows."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_claimsauth.authorization.evaluation import Plan, evaluate
from django_claimsauth.authorization.narrowing import narrow
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app import generated
from tests.rules_app.models import Item

EXAMPLES = int(os.environ.get("CLAIMSAUTH_RULES_EXAMPLES", "60"))
law = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # Rows are made while drawing, which takes its time.
    suppress_health_check=list(HealthCheck),
)


def judged(requirement, principal):
    plan = Plan((requirement,), Item)
    items = Item.objects.order_by("pk")
    return [each.pk for each in items if evaluate(plan, principal, each)]


def kept(requirement, principal):
    narrowed = narrow(requirement, principal, Item.objects.order_by("pk"))
    return [each.pk for each in narrowed]


@pytest.mark.django_db
@law
@given(data=st.data())
def test_narrowing_keeps_exactly_the_rows_that_judging_allows(data):
    """One rule, read two ways, says the same of every row."""
    with transaction.atomic():
        _, people = data.draw(generated.rows())
        requirement = data.draw(generated.requirements(people))
        principals = st.lists(generated.principals(people), min_size=1, max_size=3)
        for principal in data.draw(principals):
            assert judged(requirement, principal) == kept(requirement, principal)
        transaction.set_rollback(True)


@pytest.mark.django_db
@law
@given(data=st.data())
def test_without_claims_no_rule_about_claims_is_met(data):
    """Absence is never permission: not under `~`, not under `!=`, not joined."""
    with transaction.atomic():
        _, people = data.draw(generated.rows())
        requirement = data.draw(generated.about_claims(people))
        for scheme in ("bearer", None):
            stranger = ClaimsPrincipal.of(scheme, {"unrelated": 1})
            assert [] == judged(requirement, stranger) == kept(requirement, stranger)
        transaction.set_rollback(True)


@pytest.mark.django_db
@law
@given(data=st.data())
def test_no_row_is_kept_by_a_rule_and_by_its_negation(data):
    """What is unknown is in neither."""
    with transaction.atomic():
        _, people = data.draw(generated.rows())
        requirement = data.draw(generated.requirements(people))
        principal = data.draw(generated.principals(people))
        both = set(kept(requirement, principal)) & set(kept(~requirement, principal))
        assert not both
        assert requirement == ~~requirement
        transaction.set_rollback(True)
