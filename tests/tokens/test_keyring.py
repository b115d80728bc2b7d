"""Which keys sign and verify: where they come from, in which state, seen how soon."""

import dataclasses
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from django_claimsauth.errors import ConfigurationError, SettingsError
from django_claimsauth.tokens import SigningKey, flows, keyring
from django_claimsauth.tokens.generation import generate_pem
from django_claimsauth.tokens.key_files import create_key, delete_key, retire
from django_claimsauth.tokens.keyring import keys
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens import minted
from tests.tokens.changed import tokens_settings

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=11)
SECRET = "a secret of our own, long enough for HMAC"


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch):
    """Have each look at the keys be a new one, as if a second had passed."""
    monkeypatch.setattr(keyring, "RELOAD_INTERVAL", 0.0)


@pytest.fixture(name="folder")
def _folder(tmp_path, settings):
    tokens_settings(settings, SIGNING_KEYS=[str(tmp_path / "keys")])
    return tmp_path / "keys"


def make(folder, alg="ES256", activates_at=NOW):
    return create_key(folder, alg, activates_at=activates_at, now=NOW)


def one_key():
    """A secret manager."""
    return minted.signing_key("ES256", kid="from-a-vault")


def two_keys():
    return [generate_pem("ES256"), one_key()]


def no_key():
    return one_key


class TestStates:
    """Staged, active, retired, gone: what the dates make of a key."""

    def test_the_first_active_one_signs_and_all_verify(self, folder):
        old = make(folder)
        new = make(folder, activates_at=NOW + HOUR)

        assert old.key.kid == keys.signing_key(NOW).kid
        assert {old.key.kid, new.key.kid} == {each.kid for each in keys.published(NOW)}
        assert new.key.kid == keys.signing_key(NOW + HOUR).kid

    def test_a_retired_one_verifies_until_its_last_token_has_expired(self, folder):
        old, new = make(folder), make(folder)
        retire(old, NOW + HOUR)
        end = NOW + HOUR + GRACE

        kids = {each.kid for each in keys.published(end - timedelta(seconds=1))}

        assert {old.key.kid, new.key.kid} == kids
        assert [new.key.kid] == [each.kid for each in keys.published(end)]
        assert new.key.kid == keys.signing_key(NOW + HOUR).kid

    def test_nothing_active_is_an_error_with_the_command(self, folder):
        make(folder, activates_at=NOW + HOUR)

        with pytest.raises(ConfigurationError, match="create_signing_key"):
            keys.signing_key(NOW)

    def test_a_directory_that_is_not_there_holds_no_key(self, folder):
        assert () == keys.held()
        assert 0 == len(keys.current())


class TestChanges:
    """What another process does to the files."""

    def test_a_new_key_is_seen_and_the_set_is_another(self, folder):
        make(folder)
        before = keys.current()
        assert keys.current() is before

        new = make(folder)

        assert {each.kid for each in keys.current()} >= {new.key.kid}
        assert keys.current().generation != before.generation

    def test_the_end_of_a_retired_one_is_seen_without_another_look(
        self, folder, monkeypatch
    ):
        old, new = make(folder), make(folder)
        retire(old, datetime.now(UTC) - GRACE + timedelta(seconds=0.3))
        both = keys.generation
        assert 2 == len(keys.current())
        monkeypatch.setattr(keyring, "RELOAD_INTERVAL", 1000.0)

        time.sleep(0.35)

        assert [new.key.kid] == [each.kid for each in keys.current()]
        assert both != keys.generation

    def test_an_unknown_kid_makes_it_look_at_once(self, folder, monkeypatch):
        make(folder)
        keys.current()
        monkeypatch.setattr(keyring, "RELOAD_INTERVAL", 1000.0)
        new = make(folder)

        assert new.key.kid not in {each.kid for each in keys.current()}
        assert new.key.kid in {each.kid for each in keys.refreshed()}
        assert keys.refreshed() is None

    def test_a_key_that_was_removed_verifies_nothing_any_more(self, folder, user, ask):
        old = make(folder)
        make(folder)
        retire(old, datetime.now(UTC) + HOUR)
        token = flows.issue(user, now=datetime.now(UTC)).access_token
        signed_by = [each for each in keys.held() if each.key.kid in token] or [
            each for each in keys.held() if each.key.kid == keys.signing_key().kid
        ]
        assert ask(token).succeeded

        delete_key(signed_by[0])

        assert "unknown_key" == ask(token).code

    def test_half_a_file_does_not_stop_the_others(self, folder, caplog):
        old = make(folder)
        assert old.key.kid == keys.signing_key(NOW).kid

        (folder / "half.pem").write_text("-----BEGIN PRIVATE KEY-----\nMII")

        assert old.key.kid == keys.signing_key(NOW).kid
        assert "cannot be read again" in caplog.text

    def test_half_a_file_at_the_start_is_an_error(self, folder):
        folder.mkdir()
        (folder / "half.pem").write_text("-----BEGIN PRIVATE KEY-----\nMII")

        with pytest.raises(UnusableKeyError):
            keys.held()

    def test_dates_that_cannot_be_read_are_an_error(self, folder):
        held = make(folder)
        held.path.with_suffix(".json").write_text('{"retires_at": "soon"}')

        with pytest.raises(ConfigurationError, match="dates"):
            keys.held()

    def test_a_callable_is_asked_again_in_a_while(self, settings, monkeypatch):
        answers = [generate_pem("ES256"), generate_pem("ES256")]
        tokens_settings(settings, SIGNING_KEYS=[lambda: answers[0]])
        first = keys.signing_key().kid
        del answers[0]

        assert first == keys.signing_key().kid
        monkeypatch.setattr(keyring, "CALL_INTERVAL", 1e-9)
        assert first != keys.signing_key().kid


def test_a_key_that_is_in_no_directory_has_no_dates(settings):
    held = keys.held()[0]
    assert held.path is not None
    loose = dataclasses.replace(held, path=None)

    for change in (lambda: retire(loose, NOW), lambda: delete_key(loose)):
        with pytest.raises(ConfigurationError, match="in no directory"):
            change()


class TestEntries:
    """What `SIGNING_KEYS` may hold."""

    def kids(self, settings, *entries, **changes):
        tokens_settings(settings, SIGNING_KEYS=list(entries), **changes)
        return [each.key.kid for each in keys.held()]

    def test_a_path_and_pem_and_a_key_and_a_jwk(self, settings, tmp_path):
        pem = generate_pem("ES256")
        kid = SigningKey.from_pem(pem).kid
        path = tmp_path / "signing.pem"
        path.write_bytes(pem)

        for entry in (path, str(path), pem, pem.decode(), SigningKey.from_pem(pem)):
            assert [kid] == self.kids(settings, entry)

    def test_a_variable_of_one_line(self, settings, monkeypatch):
        pem = generate_pem("ES256").decode()
        monkeypatch.setenv("SIGNING_KEY", pem.replace("\n", "\\n"))

        assert [SigningKey.from_pem(pem).kid] == self.kids(settings, "env:SIGNING_KEY")

    def test_a_callable_or_where_it_is(self, settings):
        assert ["from-a-vault"] == self.kids(settings, one_key)
        assert ["from-a-vault"] == self.kids(settings, f"{__name__}.one_key")
        assert 2 == len(self.kids(settings, two_keys))

    def test_a_vault_that_never_shows_its_key(self, settings, user, ask):
        hidden = minted.signing_key("ES256")
        signer = minted.private_key("ES256")
        signed = []

        def sign(message):
            from django_claimsauth.tokens.algorithms import signer_and_verifier

            signed.append(message)
            return signer_and_verifier("ES256").sign(message, signer)

        key = SigningKey.from_signer(sign, hidden.verification_key)
        tokens_settings(settings, SIGNING_KEYS=[lambda: key])

        assert ask(flows.issue(user).access_token).succeeded
        assert 1 == len(signed)

    def test_the_same_key_twice_is_one(self, settings):
        pem = generate_pem("ES256")

        assert 1 == len(self.kids(settings, pem, pem.decode()))

    @pytest.mark.parametrize("secret", [SECRET, SECRET.encode()])
    def test_a_bare_secret_where_hmac_is_named(self, settings, user, ask, secret):
        self.kids(settings, secret, ALGORITHM="HS256")

        token = flows.issue(user).access_token

        assert "HS256" == keys.signing_key().alg
        assert ask(token).succeeded

    def test_a_bare_secret_where_it_is_not_is_no_key(self, settings):
        with pytest.raises(ConfigurationError):
            self.kids(settings, SECRET.encode())

    def test_a_jwk_of_a_secret(self, settings):
        jwk = {"kty": "oct", "alg": "HS256", "k": "YWFh" * 11}

        assert 1 == len(self.kids(settings, jwk))
        assert "HS256" == keys.signing_key().alg

    def test_a_path_to_a_secret(self, settings, tmp_path):
        held = make(tmp_path, "HS256")

        assert [held.key.kid] == self.kids(settings, held.path, ALGORITHM="HS256")
        assert [held.key.kid] == self.kids(settings, str(held.path), ALGORITHM="HS256")

    def test_a_short_secret_is_refused(self, settings):
        with pytest.raises(UnusableKeyError):
            self.kids(settings, "too short", ALGORITHM="HS256")

    def test_secret_key_is_never_a_signing_key(self, settings):
        settings.SECRET_KEY = SECRET

        with pytest.raises(SettingsError, match="SECRET_KEY"):
            self.kids(settings, SECRET, ALGORITHM="HS256")

    def test_secrets_beside_private_keys_are_refused(self, settings):
        jwk = {"kty": "oct", "alg": "HS256", "k": "YWFh" * 11}

        with pytest.raises(SettingsError, match="secrets beside private keys"):
            self.kids(settings, jwk, generate_pem("ES256"))

    @pytest.mark.parametrize(
        ("entry", "match"),
        [
            (5, "int"),
            ("env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE"),
            ("tests.nowhere.key", "cannot be imported"),
            (no_key, "returned a callable"),
            (lambda: None, "NoneType"),
            ({"kty": "EC"}, "JWK"),
            ("{", "neither PEM nor a JWK"),
            ("/nowhere/key.pem", "cannot be read"),
        ],
    )
    def test_what_is_no_key_is_an_error_that_says_so(self, settings, entry, match):
        with pytest.raises(ConfigurationError, match=match):
            self.kids(settings, entry)

    def test_an_rsa_key_signs_by_the_algorithm_that_is_named(self, settings, tmp_path):
        path = tmp_path / "rsa.pem"
        path.write_bytes(generate_pem("RS256"))
        self.kids(settings, path, ALGORITHM="PS256")
        assert "PS256" == keys.signing_key().alg

        self.kids(settings, path, ALGORITHM="ES256")
        assert "RS256" == keys.signing_key().alg

    @pytest.mark.parametrize("alg", ["EdDSA", "PS256", "RS256", "HS256"])
    def test_each_algorithm_issues_and_verifies(
        self, settings, tmp_path, user, ask, alg
    ):
        make(tmp_path, alg, activates_at=datetime.now(UTC) - HOUR)
        self.kids(settings, Path(tmp_path))

        token = flows.issue(user).access_token

        assert ask(token).succeeded
        assert alg == keys.signing_key().alg


class TestDebug:
    """Without a key, while one develops."""

    def test_a_key_of_the_process_stands_in_with_a_warning(
        self, settings, user, ask, caplog
    ):
        settings.DEBUG = True
        tokens_settings(settings, SIGNING_KEYS=[])

        token = flows.issue(user).access_token

        assert ask(token).succeeded
        assert 1 == caplog.text.count("key of this process")

    def test_it_is_another_after_the_settings_changed(self, settings):
        settings.DEBUG = True
        tokens_settings(settings, SIGNING_KEYS=[])
        one = keys.signing_key().kid
        assert one == keys.signing_key().kid
        tokens_settings(settings, SIGNING_KEYS=[])

        assert one != keys.signing_key().kid

    def test_it_stays_while_an_empty_directory_is_looked_at(self, folder, settings):
        settings.DEBUG = True
        one = keys.signing_key().kid
        folder.mkdir()
        (folder / "README").write_text("Keys of the project.")

        assert one == keys.signing_key().kid

    def test_not_in_production(self, settings):
        tokens_settings(settings, SIGNING_KEYS=[])

        assert not django_settings.DEBUG
        assert () == keys.held()
