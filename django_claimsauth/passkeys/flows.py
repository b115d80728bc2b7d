"""
The verbs of passkeys. No HTTP here.

    from django_claimsauth.passkeys import flows as passkeys

    options = passkeys.authentication_options(browser=browser)
    found = passkeys.authenticate(answer, browsers=(browser,))
    found.user, found.methods, found.authenticated_at
"""

from __future__ import annotations

from django_claimsauth.passkeys.authentication import (
    PasskeyAuthentication,
    authenticate,
    authentication_options,
    step_up,
    step_up_options,
)
from django_claimsauth.passkeys.challenges import prune
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.management import passkeys_of, remove, rename
from django_claimsauth.passkeys.registration import register, registration_options
from django_claimsauth.passkeys.sign_up import sign_up, sign_up_options

__all__ = [
    "PasskeyAuthentication",
    "PasskeyError",
    "authenticate",
    "authentication_options",
    "passkeys_of",
    "prune",
    "register",
    "registration_options",
    "remove",
    "rename",
    "sign_up",
    "sign_up_options",
    "step_up",
    "step_up_options",
]
