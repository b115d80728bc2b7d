"""What a process that starts loads, and what it leaves for when it is needed."""

import subprocess
import sys

import pytest

from tests.structure.source import ROOT

START = """
import sys
import types
import django
from django.conf import settings

sys.modules["urls"] = urls = types.ModuleType("urls")
urls.urlpatterns = []

def configure(**own):
    settings.configure(
        SECRET_KEY="only for this test, and long enough",
        ROOT_URLCONF="urls",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework",
            "django_claimsauth",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        CLAIMSAUTH={
            "SCHEMES": {
                "bearer": {
                    "BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler",
                },
                "api_key": {
                    "BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler",
                },
            },
            "DEFAULT_SCHEME": "bearer",
            "PASSKEYS": {"RP_ID": "example.com", "ORIGINS": ["https://example.com"]},
            **own,
        },
    )

def start(**own):
    configure(**own)
    django.setup()
"""
# Each costs more than all of ours that starts.
HEAVY = {
    "jwt",
    "cryptography",
    "webauthn",
    "drf_spectacular",
    "unittest",
    "django.test",
    "django.contrib.auth.forms",
    "rest_framework.views",
}
# What models, settings and signals need, and the packages that they stand in.
STARTED = 25

DOCUMENT = """
from django.urls import path

start()
loaded = "django_claimsauth.drf.schema" in sys.modules
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.response import Response
from rest_framework.views import APIView
from django_claimsauth.drf import APIKeyAuthentication

class Things(APIView):
    schema = AutoSchema()
    authentication_classes = [APIKeyAuthentication]
    permission_classes = []

    def get(self, request):
        return Response()

urls.urlpatterns = [path("things/", Things.as_view())]
document = SchemaGenerator().get_schema(request=None, public=True)
finders = [each for each in sys.meta_path if type(each).__name__ == "_Awaiting"]
print(loaded, finders, document["paths"]["/things/"]["get"]["security"])
"""


def python(script):
    """Run a script in a process of its own; return how it ended."""
    return subprocess.run(
        [sys.executable, "-c", f"{START}\n{script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def printed(script):
    done = python(script)
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def loaded(script):
    return set(printed(f"{script}\nprint(*sys.modules)").split())


@pytest.fixture(name="started", scope="module")
def _started():
    return loaded("start()")


def test_a_process_that_starts_loads_nothing_heavy(started):
    assert set() == started & HEAVY


def test_a_process_that_starts_loads_models_settings_and_signals(started):
    ours = {each for each in started if each.startswith("django_claimsauth")}

    assert "django_claimsauth.tokens.models" in ours
    assert len(ours) <= STARTED, sorted(ours)


def test_checking_loads_what_it_looks_at():
    """So that the tests above do not pass for want of looking."""
    found = loaded("start()\nfrom django.core.checks import run_checks\nrun_checks()")

    assert {"jwt", "cryptography", "rest_framework.views"} <= found


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("NOPE=1", "NOPE"),
        ("FALLBACK_POLICY=1", "FALLBACK_POLICY"),
        ("POLICY_PROVIDER='no.where'", "POLICY_PROVIDER"),
    ],
)
def test_a_wrong_setting_ends_the_start(own, found):
    done = python(f"start({own})")

    assert 0 != done.returncode
    assert "django_claimsauth.errors.SettingsError" in done.stderr
    assert found in done.stderr.splitlines()[-1]


def test_policies_are_named_once_somebody_asks_for_them():
    script = (
        "start()\n"
        "from django_claimsauth.authorization.policies import policies\n"
        "print('passkeys.manage' in policies)"
    )

    assert "True" == printed(script)


def test_a_class_guarded_before_the_start_asks_in_drf_s_way_too():
    script = (
        "configure()\n"
        "from django_claimsauth.authorization import authorize\n"
        "from rest_framework.views import APIView\n"
        "View = authorize(type('View', (APIView,), {}))\n"
        "before = View.check_permissions.__module__\n"
        "django.setup()\n"
        "print(before, View.check_permissions.__module__)"
    )

    assert "rest_framework.views django_claimsauth.drf.permissions" == printed(script)


def test_a_sign_in_and_a_change_of_groups_are_heard_from_the_start():
    script = (
        "start()\n"
        "from django.contrib.auth.models import User\n"
        "from django.contrib.auth.signals import user_logged_in\n"
        "from django.db.models.signals import m2m_changed, post_save\n"
        "print(len(user_logged_in.receivers) - 1,\n"
        "      m2m_changed.has_listeners(User.groups.through),\n"
        "      post_save.has_listeners(User))"
    )

    assert "1 True True" == printed(script)


def test_the_openapi_extension_is_there_when_a_document_is_written():
    assert "False [] [{'api_key': []}]" == printed(DOCUMENT)


def test_the_openapi_extension_is_there_where_documents_were_written_before():
    before = "configure()\nimport drf_spectacular.generators\ndjango.setup()"
    script = DOCUMENT.replace("start()", before)

    assert "True [] [{'api_key': []}]" == printed(script)
