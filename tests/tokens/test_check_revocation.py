"""Tokens of other issuers that were revoked here, where a scheme asks for that."""

from datetime import UTC, datetime, timedelta

import pytest

from django_claimsauth.tokens.revocation import revoke_jti
from tests.tokens.changed import tokens_settings
from tests.tokens.foreign import ALPHA, BETA, asked, handler, token_of

LATER = datetime.now(UTC) + timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", ["strict", "bounded", "off"])
def test_a_token_is_revoked_by_issuer_and_jti(settings, mode):
    """A family or a user of ours says nothing of it, whatever its claims look like."""
    tokens_settings(settings, REVOCATION=mode)
    scheme = handler(ALPHA, check_revocation=True)
    token = token_of(ALPHA, jti=mode, sid="0" * 32)

    revoke_jti(BETA, mode, LATER)
    assert asked(scheme, token).succeeded
    revoke_jti(ALPHA, mode, LATER)
    assert "token_revoked" == asked(scheme, token).code


def test_unasked_nobody_is_asked(django_assert_num_queries):
    revoke_jti(ALPHA, "same", LATER)

    with django_assert_num_queries(0):
        assert asked(handler(ALPHA), token_of(ALPHA, jti="same")).succeeded
