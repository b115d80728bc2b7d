"""Secrets: in one answer, and nowhere else; not in rows, logs, reprs, reports."""

import json
import logging

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import SigningKey, flows
from django_claimsauth.tokens.handler import JWTBearerHandler
from django_claimsauth.tokens.models import (
    NotBefore,
    RefreshToken,
    RevokedToken,
    TokenFamily,
)
from tests.tokens import foreign, minted
from tests.tokens.changed import tokens_settings
from tests.tokens.conftest import PASSWORD


def dump():
    """Every row of every table of ours, as text."""
    rows = [
        row
        for model in apps.get_app_config("claimsauth").get_models()
        for row in model._default_manager.all()
    ]
    return serializers.serialize("json", rows)


def test_no_secret_is_in_any_row_after_every_flow(user, post, caplog):
    caplog.set_level(logging.DEBUG)
    pair = post("sign-in", {"username": "alice", "password": PASSWORD}).json()
    secrets = [pair["refresh_token"], pair["access_token"]]
    for _ in range(3):
        pair = post("refresh", {"refresh_token": pair["refresh_token"]}).json()
        secrets += [pair["refresh_token"], pair["access_token"]]
    post("refresh", {"refresh_token": secrets[0]})
    flows.revoke(secrets[1])
    flows.revoke_all(user)

    dumped = dump()

    assert 4 <= len(json.loads(dumped))
    for secret in [*secrets, PASSWORD, user.password]:
        assert secret not in dumped
        assert secret not in caplog.text
        # Nor a part of it that could be searched for.
        assert secret[:20] not in dumped or secret.startswith("ey")


def test_the_stamp_does_not_tell_the_password_s_hash(user):
    flows.issue(user)

    stamp = TokenFamily.objects.get().stamp

    assert 64 == len(stamp)
    assert stamp not in user.password


def test_a_pepper_changes_every_digest(user, settings):
    plain = flows.issue(user)
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "PEPPER": "of the server"}

    with pytest.raises(InvalidGrantError, match="unknown"):
        flows.rotate(plain.refresh_token)
    assert flows.rotate(flows.issue(user).refresh_token)


class TestReports:
    """What Django's error mails show of the local variables."""

    def report(self, call):
        request = RequestFactory().post("/")
        try:
            call()
        except RuntimeError as error:
            traceback = error.__traceback__
            # The test's own frames know the secret; the server begins here.
            while "core/handlers/base" not in traceback.tb_frame.f_code.co_filename:
                traceback = traceback.tb_next
            reporter = ExceptionReporter(request, type(error), error, traceback)
            return reporter.get_traceback_html() + reporter.get_traceback_text()
        raise AssertionError("The vault was there.")

    @pytest.fixture(name="vault_is_away")
    def _vault_is_away(self, settings):
        """No key can sign: an error in the midst of every flow that mints."""

        def away():
            def sign(message):
                raise RuntimeError("the vault is away")

            key = minted.signing_key("ES256").verification_key
            tokens_settings(settings, SIGNING_KEYS=[SigningKey.from_signer(sign, key)])

        return away

    def test_of_a_sign_in(self, user, post, vault_is_away):
        vault_is_away()
        body = {"username": "alice", "password": PASSWORD}

        text = self.report(lambda: post("sign-in", body))

        assert PASSWORD not in text.replace("&#x27;", "'")
        assert user.password not in text

    @pytest.mark.parametrize("step", ["principal_from", "now"])
    def test_of_a_token_that_something_else_has_verified(self, step):
        def broken(self, *given):
            raise RuntimeError("the hook is broken")

        handler = type("Own", (JWTBearerHandler,), {step: broken})
        token = foreign.token_of(foreign.ALPHA)
        with pytest.raises(RuntimeError) as raised:
            handler("x", **foreign.options()).verified(token)

        error = raised.value
        reporter = ExceptionReporter(
            RequestFactory().get("/"), type(error), error, error.__traceback__.tb_next
        )

        text = reporter.get_traceback_html() + reporter.get_traceback_text()
        assert "the hook is broken" in text
        assert token[-40:] not in text

    def test_of_a_refresh(self, user, post, vault_is_away):
        token = flows.issue(user).refresh_token
        vault_is_away()

        text = self.report(lambda: post("refresh", {"refresh_token": token}))

        assert token not in text
        assert user.password not in text

    def test_of_a_request_with_a_token(self, user, get):
        token = flows.issue(user).access_token

        def fail(execute, sql, params, many, context):
            raise RuntimeError("something else than an outage")

        with connection.execute_wrapper(fail):
            text = self.report(lambda: get("/whoami/", token))

        assert token not in text


def test_rows_have_names_without_secrets(user):
    pair = flows.issue(user)
    flows.revoke(pair.access_token)
    flows.revoke_all(user)
    names = [
        str(model.objects.get())
        for model in (RefreshToken, TokenFamily, RevokedToken, NotBefore)
    ]

    assert pair.sid in names
    assert all(RefreshToken.objects.get().digest not in name for name in names)
