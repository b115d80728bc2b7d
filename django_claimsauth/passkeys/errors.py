"""What a ceremony refuses, with a code that says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from django_claimsauth.errors import ClaimsAuthError, ConfigurationError

#: Every code, with the whole of what the client is told.
SENTENCES: Final[Mapping[str, Any]] = {
    "account_unavailable": _("The account cannot be signed in to."),
    "algorithm_not_allowed": _("The key's algorithm is not allowed."),
    "attestation_invalid": _("The attestation could not be verified."),
    "attestation_refused": _("The authenticator is not accepted here."),
    "backup_eligibility_changed": _("The passkey's backup eligibility has changed."),
    "backup_flags_invalid": _("The backup flags contradict each other."),
    "challenge_expired": _("The challenge has expired."),
    "challenge_of_another_browser": _("The challenge was given to another browser."),
    "challenge_of_another_ceremony": _("The challenge was given for something else."),
    "challenge_of_another_user": _("The challenge was given to another user."),
    "challenge_unknown": _("The challenge is unknown, or was answered before."),
    "counter_not_increased": _("The passkey's counter did not increase."),
    "credential_id_invalid": _("The credential id is not valid."),
    "credential_not_allowed": _("The passkey is not one of this user's."),
    "credential_taken": _("The passkey is registered already."),
    "credential_unknown": _("The passkey is not known here."),
    "cross_origin_not_allowed": _("Passkeys cannot be used from an embedded page."),
    "last_way_in": _("The last way to sign in cannot be removed."),
    "malformed_answer": _("The answer is not a well-formed credential."),
    "name_invalid": _("The name is not valid."),
    "no_passkey": _("There is no passkey to ask for."),
    "origin_not_allowed": _("The page's origin is not allowed."),
    "public_key_invalid": _("The public key is not valid."),
    "relying_party_mismatch": _("The passkey is for another site."),
    "session_ended": _("The session has ended."),
    "sign_up_unavailable": _("Signing up is not available."),
    "signature_invalid": _("The signature is not valid."),
    "too_many_passkeys": _("There are too many passkeys already."),
    "user_handle_mismatch": _("The passkey does not name its user."),
    "user_not_present": _("The user was not present."),
    "user_not_verified": _("The user was not verified."),
    "username_invalid": _("The user name is not valid."),
    "username_taken": _("The user name is taken."),
    "wrong_type": _("The answer is of the wrong type."),
}


class PasskeyError(ClaimsAuthError, ValueError):
    """
    A ceremony is refused, or a passkey cannot be changed as asked.

    Nothing was stored but that the challenge is spent.

    Args:
        code: one of `SENTENCES`; it may be shown to the client.

        detail: what was wrong, for the log alone.
    """

    code: str  # type: ignore[misc]  # an instance's own, where the others have a class's

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    @property
    def sentence(self) -> str:
        """What the client is told, in its language."""
        return str(SENTENCES[self.code])


class MissingExtraError(ConfigurationError):
    """
    The `webauthn` package is not installed.

    Its message names the extra: `pip install django-claimsauth[passkeys]`.
    """

    code = "missing_extra"
