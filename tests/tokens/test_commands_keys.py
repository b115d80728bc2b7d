"""The commands about signing keys: what they write, print, refuse."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from django_claimsauth.tokens import SigningKey, flows
from django_claimsauth.tokens.key_files import (
    create_key,
    new_key_file,
    read_directory,
    retire,
)
from tests.tokens.changed import tokens_settings

HOUR = timedelta(hours=1)
OPTION_LIKE = "Ba2oY6TPlmD9jGjiKV8dNbImSBX1tgUAPWYlvZ4Eks8"


def run(name, *arguments):
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(name, *arguments):
    with pytest.raises(CommandError) as error:
        run(name, *arguments)
    return str(error.value), error.value.returncode


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return tmp_path / "keys"


class TestCreate:
    """`create_signing_key`."""

    @pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256", "PS256", "HS256"])
    def test_a_key_of_each_algorithm_that_signs(self, folder, settings, user, ask, alg):
        run("create_signing_key", "--alg", alg, "--dir", folder)
        tokens_settings(settings, SIGNING_KEYS=[str(folder)])

        assert ask(flows.issue(user).access_token).succeeded
        (held,) = read_directory(folder)
        assert alg == held.key.alg

    def test_nobody_else_can_read_it(self, folder):
        old = os.umask(0)
        try:
            run("create_signing_key", "--dir", folder)
        finally:
            os.umask(old)

        modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
        assert {0o600} == modes
        assert 0o700 == stat.S_IMODE(folder.stat().st_mode)

    def test_it_is_pem_under_its_thumbprint_and_never_printed(self, folder):
        printed = run("create_signing_key", "--dir", folder)

        (path,) = folder.glob("*.pem")
        key = SigningKey.from_pem(path.read_bytes())
        assert path.stem == key.kid == key.verification_key.thumbprint()
        assert path.stem in printed
        assert "PRIVATE" not in printed

    def test_the_second_is_staged_until_every_client_knows_it(self, folder):
        run("create_signing_key", "--dir", folder)
        printed = run("create_signing_key", "--dir", folder, "--format", "json")

        facts = json.loads(printed)
        assert "staged" == facts["state"]
        wait = datetime.fromisoformat(facts["activates_at"]) - datetime.now(UTC)
        assert timedelta(minutes=9) < wait <= timedelta(minutes=10)

    def test_it_may_sign_at_once_or_later(self, folder):
        run("create_signing_key", "--dir", folder)
        now = run("create_signing_key", "--dir", folder, "--activate-in", "0")
        later = run("create_signing_key", "--dir", folder, "--activate-in", "2h")

        assert "is active" in now
        assert "is staged" in later

    def test_nothing_is_overwritten(self, folder):
        now = datetime.now(UTC)
        held = create_key(folder, "ES256", activates_at=now, now=now)
        before = held.path.read_bytes()

        with pytest.raises(FileExistsError):
            create_key(
                folder,
                "ES256",
                activates_at=now,
                now=now,
                generate=lambda alg: (".pem", before),
            )

        assert before == held.path.read_bytes()

    def test_a_name_never_begins_like_an_option(self, folder):
        now = datetime.now(UTC)
        # Its thumbprint begins with "-".
        jwk = {"kty": "oct", "alg": "HS256", "k": OPTION_LIKE}
        first = [(".jwk", json.dumps(jwk).encode())]
        assert SigningKey.from_jwk(jwk).kid.startswith("-")

        held = create_key(
            folder,
            "HS256",
            activates_at=now,
            now=now,
            generate=lambda alg: first.pop() if first else new_key_file("ES256"),
        )

        assert not held.key.kid.startswith("-")
        assert [held.path] == list(folder.glob("*.pem"))

    def test_the_directory_of_the_settings_is_the_default(self, folder, settings):
        tokens_settings(settings, SIGNING_KEYS=[str(folder)])

        run("create_signing_key")

        assert 1 == len(read_directory(folder))

    @pytest.mark.parametrize("entries", [[], ["one", "two"]])
    def test_without_exactly_one_it_has_to_be_said(self, settings, entries):
        tokens_settings(settings, SIGNING_KEYS=entries)

        message, code = refused("create_signing_key")

        assert "--dir" in message
        assert 2 == code

    def test_a_file_is_no_directory(self, tmp_path):
        path = tmp_path / "file"
        path.write_text("")

        assert 2 == refused("create_signing_key", "--dir", path)[1]

    def test_a_directory_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").write_text("")

        message, code = refused("create_signing_key", "--dir", tmp_path / "file" / "x")

        assert "Not a directory" in message
        assert 1 == code

    @pytest.mark.parametrize(
        "arguments", [["--alg", "none"], ["--alg", "HS1"], ["--activate-in", "soon"]]
    )
    def test_what_makes_no_sense_is_a_usage_error(self, folder, arguments):
        refused("create_signing_key", "--dir", folder, *arguments)

        assert not folder.exists()


class TestList:
    """`list_signing_keys`."""

    def test_each_with_its_state(self, folder):
        now = datetime.now(UTC)
        retired = create_key(folder, "ES256", activates_at=now - HOUR, now=now)
        retire(retired, now)
        create_key(folder, "EdDSA", activates_at=now - HOUR, now=now)
        create_key(folder, "HS256", activates_at=now + HOUR, now=now)

        printed = json.loads(
            run("list_signing_keys", "--dir", folder, "--format", "json")
        )

        states = {each["alg"]: each["state"] for each in printed}
        assert {"ES256": "retired", "EdDSA": "active", "HS256": "staged"} == states
        table = run("list_signing_keys", "--dir", folder)
        assert retired.key.kid in table

    def test_without_a_directory_those_in_use(self):
        (row,) = json.loads(run("list_signing_keys", "--format", "json"))

        assert ("active", None) == (row["state"], row["activates_at"])

    def test_no_key_is_printed(self, folder):
        run("create_signing_key", "--alg", "HS256", "--dir", folder)
        (path,) = folder.glob("*.jwk")
        secret = json.loads(path.read_text())["k"]

        for form in ("json", "table"):
            printed = run("list_signing_keys", "--dir", folder, "--format", form)
            assert secret not in printed

    def test_keys_that_cannot_be_read_are_one_line(self, folder):
        folder.mkdir()
        (folder / "bad.pem").write_text("nonsense")

        message, code = refused("list_signing_keys", "--dir", folder)

        assert "No private key can be read" in message
        assert 1 == code


class TestRetire:
    """`retire_signing_key`."""

    @pytest.fixture(name="kids")
    def _kids(self, folder):
        now = datetime.now(UTC)
        return [
            create_key(folder, "ES256", activates_at=now - HOUR, now=now).key.kid
            for _ in range(2)
        ]

    def state(self, folder, kid):
        (held,) = [each for each in read_directory(folder) if each.key.kid == kid]
        return held.state(datetime.now(UTC)).value

    def test_it_signs_no_more(self, folder, kids):
        printed = run("retire_signing_key", kids[0], "--dir", folder)

        assert "retires at" in printed
        assert "retired" == self.state(folder, kids[0])
        assert "retired already" in run("retire_signing_key", kids[0], "--dir", folder)

    def test_it_may_retire_later(self, folder, kids):
        run("retire_signing_key", kids[0], "--dir", folder, "--in", "2h")

        assert "active" == self.state(folder, kids[0])

    def test_the_last_active_one_stays_unless_forced(self, folder, kids):
        run("retire_signing_key", kids[0], "--dir", folder)

        message, _ = refused("retire_signing_key", kids[1], "--dir", folder)
        assert "only active key" in message
        run("retire_signing_key", kids[1], "--dir", folder, "--force")
        assert "retired" == self.state(folder, kids[1])

    def test_a_staged_one_may_retire_beside_the_last(self, folder, kids):
        now = datetime.now(UTC)
        run("retire_signing_key", kids[0], "--dir", folder)
        staged = create_key(folder, "ES256", activates_at=now + HOUR, now=now).key.kid

        run("retire_signing_key", staged, "--dir", folder)

        assert "retired" == self.state(folder, staged)

    def test_files_go_when_no_token_is_alive(self, folder, kids):
        (held,) = [e for e in read_directory(folder) if e.key.kid == kids[0]]
        retire(held, datetime.now(UTC) - HOUR)

        run("retire_signing_key", kids[0], "--dir", folder, "--purge")

        assert [kids[1]] == [each.key.kid for each in read_directory(folder)]
        assert 2 == len(list(folder.iterdir()))

    @pytest.mark.parametrize("is_retired", [False, True])
    def test_files_stay_while_one_may_be(self, folder, kids, is_retired):
        if is_retired:
            run("retire_signing_key", kids[0], "--dir", folder)

        message, _ = refused("retire_signing_key", kids[0], "--dir", folder, "--purge")

        assert "may be alive" in message
        assert 2 == len(read_directory(folder))

    def test_in_an_emergency_they_go_at_once(self, folder, kids):
        run("retire_signing_key", kids[0], "--dir", folder, "--purge", "--force")

        assert 1 == len(read_directory(folder))

    def test_an_unknown_one_names_the_known(self, folder, kids):
        message, code = refused("retire_signing_key", "nope", "--dir", folder)

        assert kids[0] in message
        assert 1 == code
