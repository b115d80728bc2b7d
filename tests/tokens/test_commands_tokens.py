"""`revoke_tokens` and `prune_credentials`."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from django_claimsauth.management.commands.revoke_tokens import user_named
from django_claimsauth.management.progress import ProgressBar
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RefreshToken, TokenFamily


def run(name, *arguments):
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(name, *arguments):
    with pytest.raises(CommandError) as error:
        run(name, *arguments)
    return str(error.value), error.value.returncode


class TestRevokeTokens:
    """Of a user, a family, a client, or all."""

    @pytest.fixture(name="pairs")
    def _pairs(self, user, other):
        return {
            "web": flows.issue(user, client="web"),
            "app": flows.issue(user, client="app"),
            "theirs": flows.issue(other, client="web"),
        }

    def alive(self, pairs, ask):
        return {name for name, each in pairs.items() if ask(each.access_token)}

    @pytest.mark.parametrize(
        ("arguments", "count", "alive"),
        [
            (["--user", "alice"], 2, {"theirs"}),
            (["--client", "web"], 2, {"app"}),
            (["--client", "none"], 0, {"web", "app", "theirs"}),
            (["--all"], 3, set()),
        ],
    )
    def test_what_is_named_ends(self, pairs, ask, arguments, count, alive):
        printed, _ = run("revoke_tokens", *arguments)

        assert f"{count} sessions ended." == printed.strip()
        assert alive == self.alive(pairs, ask)

    def test_one_family(self, pairs, ask):
        arguments = ["--family", pairs["web"].sid]

        assert "1 sessions ended." == run("revoke_tokens", *arguments)[0].strip()
        assert {"app", "theirs"} == self.alive(pairs, ask)
        assert "0 sessions ended." == run("revoke_tokens", *arguments)[0].strip()

    @pytest.mark.parametrize(
        ("arguments", "match"),
        [
            (["--user", "nobody"], "no user is"),
            (["--family", "0" * 32], "there is none"),
            ([], "required"),
            (["--all", "--user", "alice"], "not allowed"),
        ],
    )
    def test_what_names_nothing_is_refused(self, pairs, ask, arguments, match):
        assert match in refused("revoke_tokens", *arguments)[0]
        assert 3 == len(self.alive(pairs, ask))

    def test_a_name_of_several_users_is_refused(self):
        class Twice:
            """A user model whose names are not unique."""

            USERNAME_FIELD = "username"

            class _default_manager:  # noqa: N801
                @staticmethod
                def filter(**kwargs):
                    return ["one", "two", "three"]

        with pytest.raises(CommandError, match="several users are"):
            user_named("alice", Twice)

    def test_a_database_that_refuses_is_one_line(self, pairs):
        def fail(execute, sql, params, many, context):
            raise OperationalError("attempt to write a readonly database")

        with connection.execute_wrapper(fail):
            message, code = refused("revoke_tokens", "--all")

        assert "readonly" in message
        assert 1 == code


class TestPruneCredentials:
    """In batches, rehearsed, and not by a wrong clock."""

    @pytest.fixture(name="expired")
    def _expired(self, user):
        flows.issue(user)
        family = TokenFamily.objects.get()
        RefreshToken.objects.bulk_create(
            RefreshToken(
                family=family,
                digest=f"{place:064}",
                expires_at=datetime.now(UTC) - timedelta(days=1),
            )
            for place in range(5)
        )

    def test_counts_are_printed_and_progress_is_not_among_them(self, expired):
        printed, progress = run("prune_credentials", "--batch-size", "2")

        assert "refresh tokens: 5 removed" in printed
        assert "refresh_tokens: 100 %" in progress
        assert 1 == RefreshToken.objects.count()

    def test_as_json(self, expired):
        printed, _ = run("prune_credentials", "--format", "json")

        assert {
            "refresh_tokens": 5,
            "families": 0,
            "revoked_tokens": 0,
            "not_before": 0,
            "passkey_challenges": 0,
        } == json.loads(printed)

    def test_a_rehearsal_removes_nothing(self, expired):
        printed, _ = run("prune_credentials", "--dry-run")

        assert "refresh tokens: 5 would be removed" in printed
        assert 6 == RefreshToken.objects.count()

    def test_quietly(self, expired):
        assert "" == run("prune_credentials", "--verbosity", "0")[1]

    def test_a_batch_of_nothing_is_a_usage_error(self, expired):
        assert 2 == refused("prune_credentials", "--batch-size", "0")[1]

    def test_a_clock_that_is_wrong_removes_nothing_unless_forced(self, user):
        flows.issue(user, now=datetime.now(UTC) - timedelta(days=365))

        assert "clock" in refused("prune_credentials")[0]
        assert 1 == TokenFamily.objects.count()

        run("prune_credentials", "--force")
        assert 0 == TokenFamily.objects.count()


class Stream:
    """A stream that collects, like a command's own."""

    def __init__(self, *, terminal):
        self.terminal = terminal
        self.text = ""

    def isatty(self):
        return self.terminal

    def write(self, text, ending="\n"):
        self.text += text + ending


class TestProgress:
    """A bar on a terminal, plain lines elsewhere."""

    def test_a_bar_moves_in_place(self):
        stream = Stream(terminal=True)
        bar = ProgressBar(stream)
        bar.show("rows", 1, 2)
        bar.show("rows", 2, 2)
        bar.close()

        assert (
            "\rrows             [###############               ]  50 %"
            "\rrows             [##############################] 100 %\n"
        ) == stream.text

    def test_an_interrupted_bar_leaves_the_line(self):
        stream = Stream(terminal=True)
        bar = ProgressBar(stream)
        bar.show("rows", 1, 2)
        bar.close()

        assert stream.text.endswith("50 %\n")

    def test_elsewhere_a_line_each_quarter(self):
        stream = Stream(terminal=False)
        bar = ProgressBar(stream)
        for done in range(1, 101):
            bar.show("rows", done, 100)
        bar.close()

        lines = [f"rows: {step} %" for step in (1, 25, 50, 75, 100)]
        assert lines == stream.text.splitlines()
