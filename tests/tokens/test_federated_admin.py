"""Federated identities in the admin: seen by who may look, cut by who may delete."""

import pytest
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from django_claimsauth.tokens.federated import FederatedIdentity, federated_digest
from django_claimsauth.tokens.federated_admin import FederatedIdentityAdmin
from tests.tokens.test_admin import staff

LIST = "/admin/claimsauth/federatedidentity/"
ALPHA, BETA = "https://alpha.example", "https://beta.example"


def tied(user, issuer=ALPHA, subject="<b>1</b>"):
    return FederatedIdentity.objects.create(
        digest=federated_digest(issuer, subject),
        user=user,
        issuer=issuer,
        subject=subject,
    )


@pytest.fixture(name="tie")
def _tie(user):
    return tied(user)


def test_who_may_look_sees_who_is_whose(tie, user):
    client = staff("view_federatedidentity", "view_user")

    for path in (LIST, f"{LIST}{tie.pk}/change/"):
        text = client.get(path).content.decode()
        assert ALPHA in text
        assert "&lt;b&gt;1" in text
        assert reverse("admin:auth_user_change", args=[user.pk]) in text
        assert tie.digest not in text


def test_where_the_admin_has_no_users_the_name_stands_alone(tie, user):
    site = AdminSite(name="elsewhere")

    assert user.username == FederatedIdentityAdmin(FederatedIdentity, site).user_link(
        tie
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [("alice", 1), ("<b>1</b>", 1), ("<b>", 0), ("bob", 0), ("a' OR 1=1--", 0)],
)
def test_they_are_searched_by_subject_and_user(tie, query, count):
    client = staff("view_federatedidentity")

    assert count == client.get(LIST, {"q": query}).context["cl"].result_count


def test_they_are_filtered_by_issuer(tie, user):
    other = tied(user, BETA)
    client = staff("view_federatedidentity")

    found = client.get(LIST, {"issuer": BETA}).context["cl"]

    assert [other] == list(found.result_list)


def test_a_list_costs_as_much_for_many(user, django_assert_max_num_queries):
    for number in range(30):
        tied(user, subject=str(number))
    client = staff("view_federatedidentity")

    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_who_may_delete_cuts_the_tie_and_the_user_stays(tie, user):
    client = staff("view_federatedidentity", "delete_federatedidentity")

    client.post(f"{LIST}{tie.pk}/delete/", {"post": "yes"})

    assert not FederatedIdentity.objects.exists()
    assert get_user_model().objects.filter(pk=user.pk).exists()
    assert 1 == LogEntry.objects.count()


def test_who_may_only_look_cuts_nothing(tie):
    client = staff("view_federatedidentity", "change_federatedidentity")

    response = client.post(f"{LIST}{tie.pk}/delete/", {"post": "yes"})

    assert 403 == response.status_code
    assert FederatedIdentity.objects.exists()


def test_nobody_writes_one(tie, user):
    client = staff(superuser=True)
    forged = {"issuer": BETA, "subject": "2", "user": user.pk}

    added = client.post(f"{LIST}add/", forged)
    changed = client.post(f"{LIST}{tie.pk}/change/", forged)

    assert [403, 403] == [added.status_code, changed.status_code]
    assert [(ALPHA, tie.subject)] == list(
        FederatedIdentity.objects.values_list("issuer", "subject")
    )


def test_who_has_no_permission_or_is_no_staff_sees_nothing(tie, user):
    client = Client()
    client.force_login(user)

    assert 302 == client.get(LIST).status_code
    assert 403 == staff("view_tokenfamily").get(LIST).status_code


def test_a_user_with_ties_may_be_deleted(tie, user):
    client = staff(superuser=True)

    client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})

    assert not FederatedIdentity.objects.exists()
    assert not get_user_model().objects.filter(pk=user.pk).exists()
