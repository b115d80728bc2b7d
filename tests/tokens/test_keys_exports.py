"""The room's public names, loaded when they are asked for."""

import pytest

from django_claimsauth import tokens


@pytest.mark.parametrize("name", tokens.__all__)
def test_every_public_name_is_there(name):
    assert getattr(tokens, name).__name__ == name


def test_another_name_is_not():
    with pytest.raises(AttributeError, match="no attribute 'decode'"):
        tokens.decode  # noqa: B018
