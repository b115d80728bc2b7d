"""How often the database is asked; the times are `benchmarks`'."""

import contextlib
import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.http import JsonResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from django_claimsauth.api_keys import flows as api_keys
from django_claimsauth.api_keys.legacy_uses import counter
from django_claimsauth.api_keys.usage import sampler
from django_claimsauth.authorization import (
    RequireRole,
    authorize,
    claim,
    policies,
    resource,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf import (
    APIKeyAuthentication,
    HasPolicy,
    JWTBearerAuthentication,
    PolicyFilterBackend,
    PolicyPermission,
    resource_policies,
)
from django_claimsauth.tokens import flows as tokens
from tests.app.models import Document, Tenant
from tests.tokens.changed import tokens_settings

READ = "performance.read"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _nothing_waits(db):
    """Write what a test without a whole request has left to the next one."""
    sampler.flush()
    counter.flush()


@pytest.fixture(autouse=True)
def _policy():
    rule = (
        (resource.owner_id == claim("sub"))
        | resource.shared_with.includes(claim("sub"))
        | ((resource.tenant.slug == claim("tenant")) & (resource.state == "published"))
        | RequireRole("admin")
    )
    with policies.override(READ, rule):
        yield


@pytest.fixture(name="user")
def _user():
    return get_user_model().objects.create_user("ada", password="pw")


@pytest.fixture(name="documents")
def _documents(user):
    tenant = Tenant.objects.create(slug="acme")
    made = [Document(title=str(n), owner=user, tenant=tenant) for n in range(30)]
    return Document.objects.bulk_create(made)


class Bearer(APIView):
    authentication_classes = [JWTBearerAuthentication]
    permission_classes = [PolicyPermission]

    def get(self, request):
        return Response({"sub": request.auth.subject})


class Touching(Bearer):
    def get(self, request):
        return Response({"name": request.user.username, "again": request.user.email})


class Key(Bearer):
    authentication_classes = [APIKeyAuthentication]
    permission_classes = [HasPolicy("authenticated")]


@authorize
def plain(request):
    return JsonResponse({"sub": request.principal.subject})


class DocumentSerializer(ModelSerializer):
    class Meta:
        model = Document
        fields = ["id", "title"]


@resource_policies(get=READ)
class Documents(ListAPIView):
    authentication_classes = [JWTBearerAuthentication]
    filter_backends = [PolicyFilterBackend]
    queryset = Document.objects.order_by("pk")
    serializer_class = DocumentSerializer


urlpatterns = [
    path("bearer/", Bearer.as_view()),
    path("touching/", Touching.as_view()),
    path("key/", Key.as_view()),
    path("plain/", plain),
    path("documents/", Documents.as_view()),
    path("tokens/", include("django_claimsauth.tokens.urls")),
]


def bearer(user, **claims):
    return {"Authorization": f"Bearer {tokens.issue(user, **claims).access_token}"}


def asked(where, headers, count):
    """Ask twice, and count the second time: what is made once is made."""
    client = Client()
    assert 200 == client.get(where, headers=headers).status_code

    with exactly(count):
        response = client.get(where, headers=headers)

    assert 200 == response.status_code
    return response


@contextlib.contextmanager
def statements():
    """Give a list that has, afterwards, what ran besides begin and end."""
    found = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    ends = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    found.extend(each["sql"] for each in queries if not each["sql"].startswith(ends))


@contextlib.contextmanager
def exactly(count):
    with statements() as ran:
        yield

    assert count == len(ran), "\n".join(ran)


@contextlib.contextmanager
def at_most(count):
    with statements() as ran:
        yield

    assert count >= len(ran), "\n".join(ran)


@pytest.mark.parametrize("where", ["/bearer/", "/plain/"])
class TestBearer:
    def test_strict_revocation_is_one_look_up(self, user, where):
        asked(where, bearer(user), 1)

    def test_roles_and_scopes_cost_no_other(self, user, where):
        user.groups.add(Group.objects.create(name="editor"))

        asked(where, bearer(user, scopes=["a", "b"]), 1)

    @pytest.mark.parametrize("mode", ["bounded", "off"])
    def test_the_other_modes_look_nothing_up(self, user, where, mode, settings):
        tokens_settings(settings, REVOCATION=mode)

        asked(where, bearer(user), 0)

    def test_a_token_that_is_none_costs_nothing(self, where):
        with exactly(0):
            response = Client().get(where, headers={"Authorization": "Bearer a.b.c"})

        assert 401 == response.status_code

    def test_nor_does_nobody(self, where):
        with exactly(0):
            response = Client().get(where)

        assert 401 == response.status_code


def test_touching_the_user_is_one_more_however_often(user):
    asked("/touching/", bearer(user), 2)


class TestKey:
    def test_it_is_one_look_up_with_its_owner(self, user):
        secret = api_keys.issue("export", owner=user, scopes=["a"]).secret

        asked("/key/", {"X-API-Key": secret}, 1)

    def test_of_a_service_as_well(self, user):
        secret = api_keys.issue("robot", claims={"tenant": "acme"}).secret

        asked("/key/", {"X-API-Key": secret}, 1)

    def test_what_looks_like_no_key_costs_nothing(self):
        with exactly(0):
            response = Client().get("/key/", headers={"X-API-Key": "nonsense"})

        assert 401 == response.status_code


class TestList:
    def test_a_narrowed_queryset_is_one_query(self, user, documents):
        ada = ClaimsPrincipal.of("bearer", {"sub": str(user.pk), "tenant": "acme"})

        with exactly(1):
            found = list(service.narrow(ada, READ, Document.objects.all()))

        assert len(documents) == len(found)

    def test_so_is_its_count(self, user, documents):
        ada = ClaimsPrincipal.of("bearer", {"sub": str(user.pk), "tenant": "acme"})

        with exactly(1):
            count = service.narrow(ada, READ, Document.objects.all()).count()

        assert len(documents) == count

    def test_an_endpoint_adds_the_look_up_of_its_token(self, user, documents):
        response = asked("/documents/", bearer(user), 2)

        assert len(documents) == len(response.json())

    def test_whoever_may_nothing_costs_nothing(self, documents):
        stranger = ClaimsPrincipal.of("bearer", {"name": "nobody"})
        own = resource.owner_id == claim("sub")

        with exactly(0):
            found = list(service.narrow(stranger, own, Document.objects.all()))

        assert [] == found


class TestRefresh:
    def test_it_takes_four_statements_at_most(self, user):
        pair = tokens.rotate(tokens.issue(user).refresh_token)

        with at_most(4):
            tokens.rotate(pair.refresh_token)

    def test_the_endpoint_adds_none(self, user):
        client = Client()
        pair = tokens.rotate(tokens.issue(user).refresh_token)
        body = json.dumps({"refresh_token": pair.refresh_token})

        with at_most(4):
            response = client.post(
                "/tokens/refresh/", body, content_type="application/json"
            )

        assert 200 == response.status_code

    def test_an_unknown_one_costs_one(self):
        client = Client()
        body = json.dumps({"refresh_token": "a" * 43})

        with exactly(1):
            response = client.post(
                "/tokens/refresh/", body, content_type="application/json"
            )

        assert 400 == response.status_code
