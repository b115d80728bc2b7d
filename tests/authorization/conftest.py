"""Requirements and handlers that come and go with a test."""

from dataclasses import dataclass

import pytest

from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.policies import policies
from django_claimsauth.authorization.requirements import Requirement


@dataclass(frozen=True)
class Asked(Requirement):
    """A requirement that the handlers of a test judge."""

    name: str = "asked"


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def judged():
    """Return a function that registers a handler of `Asked` for this test."""
    made = []

    def register(function, requirement=Asked, **kwargs):
        registry.add(function, requirement, **kwargs)
        made.append(function)
        return function

    yield register
    for function in made:
        registry.remove(function)


@pytest.fixture
def policy():
    """Return a function that adds a policy for this test."""
    added = []

    def add(name, *requirements, **kwargs):
        policies.add(name, *requirements, **kwargs)
        added.append(name)
        return name

    yield add
    for name in added:
        policies.remove(name)
