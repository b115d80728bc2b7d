"""Explains to the operator why somebody may, or may not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.http import HttpRequest

from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.authentication.users import principal_of_user
from django_claimsauth.authorization import service
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import ClaimsAuthError


class Command(BaseCommand):
    """Exit codes: 0 allowed, 3 refused, 2 usage."""

    help = "Explain what a policy decides about a user or about claims."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--user", help="a user name")
        who.add_argument("--claims", metavar="FILE", help="a JSON object; - is stdin")
        who.add_argument("--anonymous", action="store_true")
        parser.add_argument("--policy", required=True)
        parser.add_argument("--resource", metavar="app.Model:pk")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        principal = _principal(options)
        resource = _resource(options["resource"])
        try:
            explanation = service.explain(principal, options["policy"], resource)
        except ClaimsAuthError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(explanation.as_dict(), indent=2))
        else:
            self.stdout.write(str(explanation))
        if explanation.verdict != "met":
            raise SystemExit(3)


def _principal(options: dict[str, Any]) -> ClaimsPrincipal:
    if options["user"] is not None:
        return _principal_of(options["user"])
    if options["claims"] is not None:
        return _principal_with(options["claims"])
    return ClaimsPrincipal.anonymous()


def _principal_of(name: str) -> ClaimsPrincipal:
    model = get_user_model()
    try:
        user = model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist as error:
        raise CommandError(f"No user {name!r}.", returncode=2) from error
    # As a request would have it: the transformations add what policies ask.
    principal = principal_of_user(user, "session")
    if not principal.is_authenticated:
        return principal
    return transformations.run(principal, HttpRequest())


def _principal_with(file: str) -> ClaimsPrincipal:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        return ClaimsPrincipal.of("claims", json.loads(text))
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"No claims in {file}: {error}", returncode=2) from error


def _resource(named: str | None) -> Any:
    if named is None:
        return None
    label, _, key = named.partition(":")
    try:
        return apps.get_model(label)._default_manager.get(pk=key)
    except (LookupError, ValueError) as error:
        raise CommandError(
            f"--resource is {named!r}; app.Model:pk is expected: {error}", returncode=2
        ) from error
    except (ObjectDoesNotExist, ValidationError, OverflowError) as error:
        raise CommandError(f"No {label} with the key {key!r}.", returncode=2) from error
