"""What can be told of a resource policy before there is a resource."""

import pytest

from django_claimsauth.authorization import RequireRole, claim, now, resource
from django_claimsauth.authorization.decisions import may_hold
from django_claimsauth.claims import ClaimsPrincipal

NOBODY = ClaimsPrincipal.anonymous()
ANN = ClaimsPrincipal.of("alpha", {"sub": "1", "roles": ["editor"]})
OWN = resource.owner_id == claim("sub")
PUBLIC = resource.state == "published"


@pytest.mark.parametrize(
    ("policy", "nobody", "ann"),
    [
        (OWN, False, True),
        (~OWN, False, True),
        (PUBLIC, True, True),
        (~PUBLIC, True, True),
        (OWN | PUBLIC, True, True),
        (OWN & PUBLIC, False, True),
        (PUBLIC & RequireRole("editor"), False, True),
        (PUBLIC & RequireRole("root"), False, False),
        (OWN | RequireRole("editor"), False, True),
        (resource.state.in_(["draft", claim("sub")]), True, True),
        (~resource.state.in_(["draft", claim("sub")]), False, True),
        (resource.state.in_([claim("a"), claim("sub")]), False, True),
        (~resource.state.in_([claim("a"), claim("sub")]), False, False),
        (resource.published_at <= now(), True, True),
        (resource.owner_id.is_null(), True, True),
    ],
    ids=repr,
)
def test_absent_claims_rule_out_what_compares_with_them(policy, nobody, ann):
    assert nobody is may_hold(NOBODY, policy)
    assert ann is may_hold(ANN, policy)
