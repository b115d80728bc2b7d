"""`manage.py explain_authorization`: why somebody may, or may not."""

import io
import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from django_claimsauth.authorization import RequireRole, claim, policies, resource
from tests.app.models import Document
from tests.schemes import claimsauth

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.CLAIMSAUTH = claimsauth()
    with policies.override(
        "edit", (resource.owner_id == claim("sub")) | RequireRole("editor")
    ):
        yield


@pytest.fixture
def ann():
    return User.objects.create_user("ann")


def run(*args, **kwargs):
    out = io.StringIO()
    try:
        call_command(
            "explain_authorization", *args, policy="edit", stdout=out, **kwargs
        )
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def test_user_who_may(ann):
    document = Document.objects.create(title="mine", owner=ann)

    code, out = run(user="ann", resource=f"testapp.Document:{document.pk}")

    assert 0 == code
    assert out.startswith("edit: met")


def test_user_who_may_not(ann):
    document = Document.objects.create(title="other")

    code, out = run(
        user="ann", resource=f"testapp.Document:{document.pk}", format="json"
    )

    assert 3 == code
    assert "not met" == json.loads(out)["verdict"]


def test_inactive_user_and_anonymous_are_nobody(ann):
    ann.is_active = False
    ann.save()

    assert 3 == run(user="ann")[0]
    assert 3 == run(anonymous=True)[0]


def test_claims_from_a_file_and_from_stdin(tmp_path, monkeypatch):
    file = tmp_path / "claims.json"
    file.write_text('{"sub": "1", "roles": ["editor"]}')
    monkeypatch.setattr("sys.stdin", io.StringIO(file.read_text()))

    assert 0 == run(claims=str(file))[0]
    assert 0 == run(claims="-")[0]


@pytest.mark.parametrize(
    "kwargs",
    [
        {"user": "nobody"},
        {"claims": "/nowhere.json"},
        {"anonymous": True, "resource": "testapp.Document"},
        {"anonymous": True, "resource": "testapp.Document:abc"},
        {"anonymous": True, "resource": "testapp.Document:999999"},
        {"anonymous": True, "resource": f"testapp.Document:{10**30}"},
        {"anonymous": True, "resource": "nothing.Nothing:1"},
        {"anonymous": True, "resource": ":"},
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(kwargs):
    with pytest.raises(CommandError) as caught:
        run(**kwargs)
    assert 2 == caught.value.returncode


@pytest.mark.parametrize("text", ["[]", "not json", '{"a": {"b": NaN}}', '"x"'])
def test_claims_that_are_none_are_a_usage_error(tmp_path, text):
    file = tmp_path / "claims.json"
    file.write_text(text)

    with pytest.raises(CommandError) as caught:
        run(claims=str(file))
    assert 2 == caught.value.returncode


def test_unknown_policy_is_a_usage_error(ann):
    with pytest.raises(CommandError, match="did you mean 'edit'") as caught:
        call_command("explain_authorization", user="ann", policy="edti")
    assert 2 == caught.value.returncode
