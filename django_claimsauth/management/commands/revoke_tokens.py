"""Revoke tokens: of a user, of a family, of a client, or all there are."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import CommandError, CommandParser

from django_claimsauth.management.tokens import TokenCommand
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RevocationReason, TokenFamily


class Command(TokenCommand):
    """`manage.py revoke_tokens`."""

    help = (
        "Revokes refresh tokens and what was issued from them. With REVOCATION "
        "'strict' the access tokens are refused at the next request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose tokens."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="NAME", help="a user name")
        whose.add_argument("--family", metavar="SID", help="one sign-in, by its sid")
        whose.add_argument("--client", metavar="CLIENT")
        whose.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke, and say how many sessions ended."""
        count = _revoked(options)
        self.stdout.write(f"{count} sessions ended.")


def _revoked(options: dict[str, Any]) -> int:
    if options["user"] is not None:
        return flows.revoke_all(user_named(options["user"], get_user_model()))
    if options["family"] is not None:
        return _family(options["family"])
    families = TokenFamily.objects.all()
    if options["client"] is not None:
        client = options["client"]
        families = families.filter(client=client)
        return flows.revoke_families(families, RevocationReason.REVOKED, client=client)
    return flows.revoke_families(families, RevocationReason.REVOKED)


def user_named(name: str, model: Any) -> Any:
    """
    Return the one user of this name.

    Raises:
        CommandError: there is none, or several.
    """
    found = list(model._default_manager.filter(**{model.USERNAME_FIELD: name})[:2])
    if len(found) != 1:
        many = "several users are" if found else "no user is"
        raise CommandError(f"--user: {many} named {name[:60]!r}.")
    return found[0]


def _family(sid: str) -> int:
    if not TokenFamily.objects.filter(sid=sid).exists():
        raise CommandError(f"--family: there is none with the sid {sid[:60]!r}.")
    return int(flows.revoke_session(sid, reason=RevocationReason.REVOKED))
