"""The commands: what they print, where, and with which exit code."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey, State
from django_claimsauth.signals import api_key_expiring

pytestmark = pytest.mark.django_db
KEY = re.compile(r"key_[0-9a-z]{12}_[0-9A-Za-z]{49}")


def run(*arguments):
    """Run a command; return what it wrote to stdout and to stderr."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestIssue:
    def test_stdout_is_the_key_and_nothing_else(self, present):
        out, err = run("issue_api_key", "ci")

        assert KEY.fullmatch(out.strip())
        assert present(out.strip())
        assert KEY.search(err) is None

    def test_json_is_one_document_with_the_key_once(self, present):
        out, err = run("issue_api_key", "ci", "--format", "json")

        document = json.loads(out)
        assert present(document["secret"])
        assert 1 == out.count(document["secret"])
        assert "" == err

    def test_takes_what_a_key_is_issued_with(self, ada):
        arguments = (
            "--owner ada --scope a b --scope c --claim tier=gold x=1=2 --rate 5/m"
        )
        arguments += " --network 10.0.0.0/8 ::1 --expires 90d --format json"

        document = json.loads(run("issue_api_key", "ci", *arguments.split())[0])

        assert {
            "name": "ci",
            "owner": "ada",
            "subject": str(ada.pk),
            "scopes": ["a", "b", "c"],
            "claims": {"tier": ["gold"], "x": ["1=2"]},
            "allowed_networks": ["10.0.0.0/8", "::1/128"],
            "rate": "5/minute",
        }.items() <= document.items()
        ends = ApiKey.objects.get().expires_at - timezone.now()
        assert timedelta(days=89, hours=23) < ends <= timedelta(days=90)

    @pytest.mark.parametrize(
        "expires", ["2999-12-31", "2999-12-31T12:00:00+00:00", "4w", "12h", "30m"]
    )
    def test_takes_a_time_or_a_date(self, expires):
        run("issue_api_key", "ci", "--expires", expires)

        assert ApiKey.objects.get().expires_at > timezone.now()

    @pytest.mark.parametrize(
        ("code", "arguments"),
        [
            (1, ["ci", "--owner", "nobody"]),
            (1, ["ci", "--owner", ""]),
            (1, ["ci", "--owner", "inactive"]),
            (1, ["taken"]),
            (2, [""]),
            (2, ["x" * 101]),
            (2, ["ci", "--expires", "2020-01-01"]),
            (2, ["ci", "--expires", "0d"]),
            (2, ["ci", "--expires=-5d"]),
            (2, ["ci", "--expires", "1d; DROP"]),
            (2, ["ci", "--expires", "2027-13-45"]),
            (2, ["ci", "--expires", "2027-01-31T12:00:00"]),
            (2, ["ci", "--expires", "999999999d"]),
            (2, ["ci", "--expires", "soon"]),
            (2, ["ci", "--expires", ""]),
            (2, ["ci", "--network", "10.0.0.1/8"]),
            (2, ["ci", "--network", "nowhere"]),
            (2, ["ci", "--claim", "tier"]),
            (2, ["ci", "--claim", "=gold"]),
            (2, ["ci", "--claim", "sub=1"]),
            (2, ["ci", "--scope", "a b"]),
            (2, ["ci", "--rate", "many"]),
        ],
        ids=lambda value: str(value)[:50],
    )
    def test_what_is_not_accepted_is_one_line_and_an_exit_code(self, code, arguments):
        get_user_model().objects.create_user("inactive", is_active=False)
        flows.issue("taken")

        with pytest.raises(CommandError) as refused:
            run("issue_api_key", *arguments)

        assert code == refused.value.returncode
        assert "\n" not in str(refused.value)
        assert 1 == ApiKey.objects.count()

    def test_a_database_that_refuses_is_an_exit_code(self, transactional_db):
        with connection.schema_editor() as editor:
            editor.alter_db_table(ApiKey, "claimsauth_apikey", "claimsauth_moved")
        try:
            with pytest.raises(CommandError, match="database refused") as refused:
                run("issue_api_key", "ci")
            assert 1 == refused.value.returncode
        finally:
            with connection.schema_editor() as editor:
                editor.alter_db_table(ApiKey, "claimsauth_moved", "claimsauth_apikey")


class TestList:
    @pytest.fixture
    def keys(self, ada):
        now = timezone.now()
        flows.issue("ada's", owner=ada, scopes=["a", "b"])
        flows.issue("short", expires_in=timedelta(days=3))
        old = flows.issue("old", now=now - timedelta(days=100)).api_key
        flows.revoke(old, "unused")

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ([], ["ada's", "short", "old"]),
            (["--owner", "ada"], ["ada's"]),
            (["--owner", "service:short"], ["short"]),
            (["--owner", "nobody"], []),
            (["--state", "live"], ["ada's", "short"]),
            (["--state", "expiring"], ["short"]),
            (["--state", "revoked"], ["old"]),
            (["--unused-for", "90d"], ["old"]),
            (["--expiring-within", "14d"], ["short"]),
            (["--expiring-within", "1d"], []),
            (["--expiring-within", "14d", "--state", "live"], ["short"]),
        ],
        ids=" ".join,
    )
    def test_filters(self, keys, arguments, expected):
        out, err = run("list_api_keys", *arguments, "--format", "json")

        assert expected == [each["name"] for each in json.loads(out)]
        assert "" == err

    def test_a_table_has_a_line_a_key_and_no_digest(self, keys):
        out, _ = run("list_api_keys")

        lines = out.splitlines()
        assert 4 == len(lines)
        assert lines[0].startswith("start ")
        assert re.search(r"ada's +ada +live +a b +- +-$", lines[1])
        assert not any(each.digest in out for each in ApiKey.objects.all())

    @pytest.mark.parametrize("option", ["--unused-for", "--expiring-within"])
    @pytest.mark.parametrize("value", ["x", "90", "-1d", "999999999w"])
    def test_a_time_that_is_none_is_refused(self, option, value):
        with pytest.raises(CommandError) as refused:
            run("list_api_keys", f"{option}={value}")

        assert 2 == refused.value.returncode

    def test_warns_once_by_signal(self, keys):
        sent = []

        def receive(api_key, **kwargs):
            sent.append(api_key.name)

        api_key_expiring.connect(receive)
        run("list_api_keys", "--warn")
        run("list_api_keys", "--expiring-within", "10d", "--warn")
        api_key_expiring.disconnect(receive)

        assert ["short"] == sent

    @pytest.mark.parametrize(("state", "code"), [("revoked", 1), ("disabled", None)])
    def test_can_fail_a_job_where_it_finds_something(self, keys, state, code):
        if code is None:
            run("list_api_keys", "--state", state, "--exit-code")
            return
        with pytest.raises(SystemExit) as left:
            run("list_api_keys", "--state", state, "--exit-code")
        assert code == left.value.code


class TestRotate:
    def test_stdout_is_the_new_key(self, issued, present):
        out, err = run("rotate_api_key", issued.api_key.public_id)

        assert present(out.strip())
        assert present(issued.secret)
        assert KEY.search(err) is None

    def test_json_says_until_when_both_work(self, issued, present):
        arguments = [issued.api_key.public_id, "--overlap", "2h", "--expires", "9d"]

        document = json.loads(run("rotate_api_key", *arguments, "--format", "json")[0])

        api_key = ApiKey.objects.get()
        assert (
            api_key.previous_valid_until.isoformat() == document["previous_valid_until"]
        )
        assert api_key.expires_at is not None
        assert present(document["secret"])

    def test_without_an_overlap_the_old_one_ends(self, issued, present):
        run("rotate_api_key", issued.api_key.public_id, "--overlap", "0")

        assert not present(issued.secret)

    @pytest.mark.parametrize(
        ("code", "arguments"),
        [
            (2, ["--overlap", "x"]),
            (2, ["--overlap", "9999d"]),
            (2, ["--expires", "2020-01-01"]),
        ],
        ids=str,
    )
    def test_what_is_not_accepted_changes_nothing(self, issued, code, arguments):
        with pytest.raises(CommandError) as refused:
            run("rotate_api_key", issued.api_key.public_id, *arguments)

        assert code == refused.value.returncode
        assert 0 == ApiKey.objects.get().generation

    def test_a_revoked_key_is_refused(self, issued):
        flows.revoke(issued.api_key)

        with pytest.raises(CommandError) as refused:
            run("rotate_api_key", issued.api_key.public_id)

        assert 1 == refused.value.returncode


class TestRevoke:
    @pytest.mark.parametrize("part", ["id", "start", "first characters", "whole key"])
    def test_by(self, issued, part):
        api_key = issued.api_key
        named = {
            "id": api_key.public_id,
            "start": api_key.start,
            "first characters": api_key.public_id[:6],
            "whole key": issued.secret,
        }[part]

        out, _ = run("revoke_api_key", named, "--reason", "leaked")

        api_key.refresh_from_db()
        assert (State.REVOKED, "leaked") == (api_key.state(), api_key.reason)
        assert issued.secret not in out

    def test_twice_is_no_error(self, issued):
        first, _ = run("revoke_api_key", issued.api_key.public_id)
        second, _ = run("revoke_api_key", issued.api_key.public_id)

        assert first.startswith("Revoked")
        assert second.startswith("It was revoked before")

    @pytest.mark.parametrize(
        "named",
        ["", "abc", "aaaaaaaaaaaa", "key_aaaaaaaaaaaa", "%", "____", "x" * 9999, "\0"],
        ids=lambda named: repr(named)[:20],
    )
    def test_what_names_no_key_is_an_error(self, issued, named):
        with pytest.raises(CommandError) as refused:
            run("revoke_api_key", named)

        assert 1 == refused.value.returncode
        assert "no API key" in str(refused.value)

    def test_what_names_several_is_an_error(self):
        for key_id in ("samestart000", "samestart111"):
            flows.issue(key_id, key_id=key_id)

        with pytest.raises(CommandError, match="several"):
            run("revoke_api_key", "samestart")

        assert not ApiKey.objects.filter(revoked_at__isnull=False).exists()

    def test_a_reason_of_several_lines_is_refused(self, issued):
        with pytest.raises(CommandError) as refused:
            run("revoke_api_key", issued.api_key.public_id, "--reason", "a\nb")

        assert 2 == refused.value.returncode
