"""Resource policies: lists narrowed, objects checked, what is saved judged."""

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from tests.app.models import Document, Tenant
from tests.schemes import as_, claimsauth

pytestmark = [pytest.mark.urls("tests.drf.documents"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth(FALLBACK_POLICY=None)):
        yield


@pytest.fixture
def world():
    acme, globex = (Tenant.objects.create(slug=slug) for slug in ("acme", "globex"))
    ann, bob = (User.objects.create_user(name) for name in ("ann", "bob"))
    made = {
        "mine": Document.objects.create(title="mine", owner=ann, tenant=acme),
        "other": Document.objects.create(title="other", owner=bob, tenant=acme),
        "foreign": Document.objects.create(title="foreign", owner=bob, tenant=globex),
        "public": Document.objects.create(
            title="public", owner=bob, tenant=globex, state="published"
        ),
    }
    return {"acme": acme, "globex": globex, "ann": ann, "bob": bob, **made}


def ann(world, **claims):
    return as_(sub=str(world["ann"].pk), tenant="acme", **claims)


def test_list_holds_what_the_policy_allows_in_one_query(
    client, world, django_assert_num_queries
):
    with django_assert_num_queries(1):
        response = client.get("/documents/", headers=ann(world))

    assert ["mine", "other", "public"] == [each["title"] for each in response.json()]


def test_anonymous_reads_what_is_public(client, world):
    assert ["public"] == [each["title"] for each in client.get("/documents/").json()]


@pytest.mark.parametrize(
    ("which", "status"),
    [("mine", 200), ("other", 403), ("foreign", 404), ("public", 403)],
)
def test_editing_is_own_refused_or_hidden(client, world, which, status):
    response = client.patch(
        f"/documents/{world[which].pk}/",
        {"title": "new"},
        content_type="application/json",
        headers=ann(world),
    )

    assert status == response.status_code
    world[which].refresh_from_db()
    assert (world[which].title == "new") is (status == 200)


@pytest.mark.parametrize("hide", [True, False])
def test_hidden_answers_as_absent_byte_for_byte(client, world, hide):
    with override_settings(
        CLAIMSAUTH=claimsauth(FALLBACK_POLICY=None, HIDE_FORBIDDEN_RESOURCES=hide)
    ):
        hidden = client.get(f"/documents/{world['foreign'].pk}/", headers=ann(world))
        absent = client.get("/documents/999999/", headers=ann(world))

    assert 404 == absent.status_code
    assert (404 if hide else 403) == hidden.status_code
    if hide:
        assert absent.content == hidden.content
        assert dict(absent.headers) == dict(hidden.headers)


def test_anonymous_is_told_to_sign_in_whether_hidden_or_absent(client, world):
    hidden = client.get(f"/documents/{world['foreign'].pk}/")
    absent = client.get("/documents/999999/")

    assert (401, 401) == (hidden.status_code, absent.status_code)
    assert hidden.content == absent.content
    assert hidden["WWW-Authenticate"] == absent["WWW-Authenticate"]


def test_custom_action_asks_its_policy(client, world):
    mine, other = world["mine"].pk, world["other"].pk

    assert (
        200
        == client.post(f"/documents/{mine}/publish/", headers=ann(world)).status_code
    )
    assert (
        403
        == client.post(f"/documents/{other}/publish/", headers=ann(world)).status_code
    )


@pytest.mark.parametrize(
    ("method", "url"), [("get", "undeclared/"), ("delete", "{pk}/")]
)
def test_action_without_a_policy_is_refused(client, world, method, url):
    url = "/documents/" + url.format(pk=world["mine"].pk)

    assert 403 == getattr(client, method)(url, headers=ann(world)).status_code
    assert 401 == getattr(client, method)(url).status_code
    assert Document.objects.filter(pk=world["mine"].pk).exists()


@pytest.mark.parametrize(
    ("owner", "tenant", "status"),
    [
        ("ann", "acme", 201),
        ("ann", "globex", 403),
        ("bob", "acme", 403),
        (None, "acme", 403),
    ],
)
def test_create_is_judged_before_it_is_written(client, world, owner, tenant, status):
    body = {"title": "new", "tenant": world[tenant].pk}
    body |= {"owner": world[owner].pk} if owner else {}
    response = client.post(
        "/documents/", body, content_type="application/json", headers=ann(world)
    )

    assert status == response.status_code
    assert (status == 201) is Document.objects.filter(title="new").exists()


def test_create_is_judged_with_what_save_adds(client, world):
    body = {"title": "new", "tenant": world["acme"].pk}
    response = client.post(
        "/owned/", body, content_type="application/json", headers=ann(world)
    )

    assert 201 == response.status_code


@pytest.mark.parametrize("status", [200, 403])
def test_nobody_moves_a_document_into_another_tenant(client, world, status):
    tenant = world["acme" if status == 200 else "globex"]
    response = client.patch(
        f"/documents/{world['mine'].pk}/",
        {"tenant": tenant.pk},
        content_type="application/json",
        headers=ann(world),
    )

    assert status == response.status_code
    world["mine"].refresh_from_db()
    assert world["acme"] == world["mine"].tenant


def test_bulk_create_is_judged_row_by_row(client, world):
    good = {"title": "a", "owner": world["ann"].pk, "tenant": world["acme"].pk}
    bad = {"title": "b", "owner": world["bob"].pk, "tenant": world["acme"].pk}

    for rows, status in (([good, bad], 403), ([good, good], 201)):
        response = client.post(
            "/bulk/", rows, content_type="application/json", headers=ann(world)
        )
        assert status == response.status_code

    assert ["a", "a"] == list(
        Document.objects.filter(title__in="ab").values_list("title", flat=True)
    )


@pytest.mark.parametrize("url", ["", "{pk}/", "{pk}/peek/", "count/", "stream/"])
def test_view_that_answers_without_asking_is_an_error(client, world, url, caplog):
    client.raise_request_exception = False
    response = client.get(
        f"/slipping/{url.format(pk=world['mine'].pk)}", headers=ann(world)
    )

    assert 500 == response.status_code
    assert b"mine" not in response.content
    assert "tests.drf.documents.Slipping answered 200 without asking" in caplog.text


def test_view_that_asks_by_hand_has_paid(client, world):
    mine, foreign = world["mine"].pk, world["foreign"].pk

    assert 200 == client.get(f"/slipping/{mine}/asked/", headers=ann(world)).status_code
    assert (
        403 == client.get(f"/slipping/{foreign}/asked/", headers=ann(world)).status_code
    )


def test_permission_class_and_filter_do_the_same(client, world):
    titles = [
        each["title"] for each in client.get("/permitted/", headers=ann(world)).json()
    ]

    assert ["mine", "other", "public"] == titles
    assert 401 == client.get("/permitted/").status_code
    assert (
        200
        == client.get(f"/permitted/{world['mine'].pk}/", headers=ann(world)).status_code
    )
    assert (
        403
        == client.get(
            f"/permitted/{world['foreign'].pk}/", headers=ann(world)
        ).status_code
    )


def test_permission_class_leaves_a_debt_that_the_middleware_collects(client, world):
    client.raise_request_exception = False
    response = client.get(
        f"/permitted-slipping/{world['foreign'].pk}/", headers=ann(world)
    )

    assert 500 == response.status_code
    assert b"foreign" not in response.content


def test_head_is_the_read_that_it_reveals(client, world):
    assert (
        200
        == client.head(
            f"/documents/{world['mine'].pk}/", headers=ann(world)
        ).status_code
    )
    assert (
        404
        == client.head(
            f"/documents/{world['foreign'].pk}/", headers=ann(world)
        ).status_code
    )


def test_options_describes_only_what_the_caller_may_do(client, world):
    mine = client.options(f"/documents/{world['mine'].pk}/", headers=ann(world)).json()
    other = client.options(
        f"/documents/{world['other'].pk}/", headers=ann(world)
    ).json()

    assert ["PUT"] == list(mine["actions"])
    assert "actions" not in other


def test_anonymous_whom_no_resource_could_be_allowed_is_challenged(client, world):
    response = client.post(
        "/documents/", {"title": "x"}, content_type="application/json"
    )

    assert 401 == response.status_code
