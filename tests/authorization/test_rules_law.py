"""The law of rules: a queryset keeps exactly the rows that judging allows."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_claimsauth.authorization.evaluation import Plan, evaluate
from django_claimsauth.authorization.narrowing import narrow
from tests.rules_app import generated
from tests.rules_app.models import Item

EXAMPLES = int(os.environ.get("CLAIMSAUTH_RULES_EXAMPLES", "60"))


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_narrowing_keeps_exactly_the_rows_that_judging_allows(data):
    """One rule, read two ways, says the same of every row."""
    with transaction.atomic():
        _, people = data.draw(generated.rows())
        requirement = data.draw(generated.requirements(people))
        plan = Plan((requirement,), Item)
        for principal in data.draw(
            st.lists(generated.principals(people), min_size=1, max_size=3)
        ):
            kept = narrow(requirement, principal, Item.objects.order_by("pk"))
            allowed = [
                each.pk
                for each in Item.objects.order_by("pk")
                if evaluate(plan, principal, each)
            ]
            assert allowed == [each.pk for each in kept]
        transaction.set_rollback(True)
