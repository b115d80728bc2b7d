"""Where keys are kept: each source answers with what is there now."""

import json
import os

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens import key_source, verify_jws
from django_claimsauth.tokens.sources import FileKeys
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens.minted import key_set, private_key, signing_key

JWK = signing_key().public_jwk()
JWKS = {"keys": [JWK]}


def public(encoding):
    key = private_key("ES256").public_key()
    return key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def accepts(source, name=""):
    try:
        verify_jws(signing_key(name=name).sign({}, b"x"), source)
    except InvalidTokenError:
        return False
    return True


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(JWKS, id="set"),
        pytest.param(JWK, id="key"),
        pytest.param(json.dumps(JWKS), id="json"),
        pytest.param(json.dumps(JWKS).encode(), id="json-octets"),
        pytest.param(public(Encoding.PEM), id="pem-octets"),
        pytest.param(public(Encoding.PEM).decode(), id="pem"),
        pytest.param(public(Encoding.DER), id="der"),
        pytest.param(key_set(), id="key-set"),
        pytest.param(signing_key().verification_key, id="verification-key"),
        pytest.param(lambda: JWKS, id="callable-set"),
        pytest.param(lambda: json.dumps(JWKS), id="callable-json"),
        pytest.param(lambda: public(Encoding.PEM).decode(), id="callable-pem"),
        pytest.param(key_set, id="callable-key-set"),
        pytest.param(lambda: signing_key().verification_key, id="callable-key"),
    ],
)
def test_a_setting_of_any_form_gives_its_keys(given):
    source = key_source(given)

    assert accepts(source)
    assert source.current() is not None
    assert not accepts(key_source(lambda: key_set(name="other")))


@pytest.mark.parametrize("form", [str, lambda path: path])
@pytest.mark.parametrize(
    "content",
    [json.dumps(JWKS).encode(), public(Encoding.PEM), public(Encoding.DER)],
    ids=["jwks", "pem", "der"],  # the workers of a run make keys of their own
)
def test_a_path_is_read(tmp_path, form, content):
    path = tmp_path / "keys"
    path.write_bytes(content)

    source = key_source(form(path))

    assert accepts(source)
    assert str(path) in repr(source)


def test_a_variable_is_read(monkeypatch):
    pem = public(Encoding.PEM).decode()
    for value in (pem, pem.replace("\n", "\\n"), json.dumps(JWKS)):
        monkeypatch.setenv("KEYS", value)
        assert accepts(key_source("env:KEYS"))


@pytest.mark.parametrize("value", [None, "", "no key"])
def test_a_variable_without_keys_is_a_mistake(monkeypatch, value):
    monkeypatch.delenv("KEYS", raising=False)
    if value is not None:
        monkeypatch.setenv("KEYS", value)

    with pytest.raises((SettingsError, UnusableKeyError)):
        key_source("env:KEYS")


@pytest.mark.parametrize(
    "given", [None, 5, [JWK], "/there/is/no/such/file", b"", {"keys": []}]
)
def test_what_is_no_source_of_keys_is_a_mistake(given):
    with pytest.raises((SettingsError, UnusableKeyError, InvalidTokenError)):
        key_source(given).current()


class TestFile:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "keys.json"
        path.write_text(json.dumps(JWKS))
        return path

    def test_a_changed_file_is_read_again_on_an_unknown_kid(self, path):
        source = FileKeys(path, interval=3600)
        self.write(path, signing_key(name="new").public_jwk())

        assert accepts(source)
        assert source.refreshed() is not None
        assert accepts(source, "new")
        assert source.refreshed() is None

    def test_a_changed_file_is_read_again_after_the_interval(self, path):
        source = FileKeys(path, interval=0)
        self.write(path, signing_key(name="new").public_jwk())

        assert accepts(source, "new")
        assert not accepts(source)

    def test_an_unchanged_file_is_parsed_once(self, path):
        source = FileKeys(path, interval=0)

        assert source.current() is source.current()

    @pytest.mark.parametrize("content", ["", '{"keys": [', '{"keys": []}', "no key"])
    def test_a_file_that_became_bad_leaves_the_keys_in_use(self, path, content, caplog):
        source = FileKeys(path, interval=0)
        path.write_text(content)
        os.utime(path, (1, 1))

        assert accepts(source)
        assert "stay in use" in caplog.text

    def test_a_file_that_vanished_leaves_the_keys_in_use(self, path, caplog):
        source = FileKeys(path, interval=0)
        path.unlink()

        assert accepts(source)
        assert "stay in use" in caplog.text

    def write(self, path, jwk):
        path.write_text(json.dumps({"keys": [jwk]}))
        os.utime(path, (1, 1))


class TestCallable:
    def test_the_same_answer_is_parsed_once(self):
        source = key_source(lambda: json.loads(json.dumps(JWKS)))

        assert source.current() is source.current()
        assert source.refreshed() is None
        assert "lambda" in repr(source)

    def test_another_answer_is_seen_at_once_also_in_the_same_object(self):
        document = {"keys": [JWK]}
        source = key_source(lambda: document)
        assert accepts(source)

        document["keys"][0] = signing_key(name="new").public_jwk()

        assert accepts(source, "new")
        assert not accepts(source)

    @pytest.mark.parametrize(
        "function",
        [
            pytest.param(lambda: 1 / 0, id="raises"),
            pytest.param(lambda: None, id="none"),
            pytest.param(lambda: {"keys": []}, id="empty"),
            pytest.param(lambda: "no key", id="text"),
            pytest.param(lambda: lambda: JWKS, id="callable"),
        ],
    )
    def test_a_callable_without_keys_makes_them_unavailable(self, function, caplog):
        with pytest.raises(InvalidTokenError) as caught:
            key_source(function).current()

        assert "keys_unavailable" == caught.value.code
        assert caplog.records
