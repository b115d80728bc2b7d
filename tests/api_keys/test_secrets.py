"""A key is in one return value, and in no log, report, or row."""

import io
import logging
import re
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.format import new_key, new_key_id
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.api_keys.legacy import AuthTokenHandler
from django_claimsauth.api_keys.models import ApiKey

pytestmark = pytest.mark.django_db


class AwayError(Exception):
    """A store that does not answer."""


class AwayStore:
    """Raises at each look-up."""

    def find(self, key_id):
        raise AwayError

    def used(self, record, moment, ip, *, previous):
        raise AwayError


def report_of(call, request):
    """Return what Django mails to the admins of an error."""
    try:
        call()
    except Exception:  # noqa: BLE001  # whatever it is
        reporter = ExceptionReporter(request, *sys.exc_info(), is_email=True)
        return reporter.get_traceback_text() + reporter.get_traceback_html()
    raise AssertionError("Nothing was raised.")


@pytest.mark.parametrize("transport", ["X-API-Key", "Authorization"])
def test_a_report_of_an_outage_has_no_key(transport):
    secret = new_key(new_key_id())
    value = secret if transport == "X-API-Key" else f"ApiKey {secret}"
    request = RequestFactory().get("/", headers={transport: value})
    handler = APIKeyHandler("k", store=AwayStore())

    report = report_of(lambda: handler.authenticate(request), request)

    assert "AwayError" in report
    assert secret not in report
    assert secret[-49:] not in report


def test_a_report_of_an_outage_has_no_old_credential():
    token = "0123456789" * 4
    request = RequestFactory().get("/", headers={"authorization": f"Token {token}"})
    handler = AuthTokenHandler("t", model="nowhere.Token")

    report = report_of(lambda: handler.authenticate(request), request)

    assert "nowhere.Token" in report
    assert token not in report


def test_a_report_of_an_issue_that_fails_has_no_key(transactional_db):
    """The frames hold it while the row is written."""
    made = []
    with connection.schema_editor() as editor:
        editor.alter_db_table(ApiKey, "claimsauth_apikey", "claimsauth_moved")
    try:
        report = report_of(lambda: made.append(flows.issue("k")), None)
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(ApiKey, "claimsauth_moved", "claimsauth_apikey")

    assert [] == made
    assert re.search(r"key_[0-9a-z]{12}_[0-9A-Za-z]{49}", report) is None


def test_the_log_of_a_life_has_no_key(caplog, present):
    with caplog.at_level(logging.DEBUG):
        issued = flows.issue("k", rate="1/day")
        for _ in range(2):
            present(issued.secret)
        rotated = flows.rotate(issued.api_key)
        present(rotated.secret[:-1])
        flows.revoke(rotated.api_key)
        present(rotated.secret)

    assert "refused" in caplog.text
    for secret in (issued.secret, rotated.secret):
        assert secret[-49:] not in caplog.text


def test_a_dump_of_the_database_has_no_key(ada):
    issued = flows.issue("k", owner=ada, expires_in=timedelta(days=1))
    rotated = flows.rotate(issued.api_key)
    out = io.StringIO()

    call_command("dumpdata", stdout=out)

    assert issued.api_key.public_id in out.getvalue()
    for secret in (issued.secret, rotated.secret):
        assert secret[-49:] not in out.getvalue()
