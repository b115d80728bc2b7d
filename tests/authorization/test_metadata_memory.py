"""What endpoints declare is read once, and again when somebody declares more."""

from django.views import View

from django_claimsauth.authorization import allow_anonymous, authorize, metadata
from django_claimsauth.authorization.metadata import metadata_of
from django_claimsauth.drf import APIKeyAuthentication


def view_class():
    class Page(View):
        def get(self, request):
            raise NotImplementedError

    return Page


def of(cls, method="GET"):
    return metadata_of(cls.as_view(), method)


def test_what_is_declared_after_the_first_request_holds_at_the_next():
    page = view_class()
    assert not of(page).is_declared

    authorize(page)

    assert of(page).is_declared


def test_a_method_that_is_decorated_later_is_read_again():
    page = view_class()
    assert not of(page).is_declared

    page.get = authorize("staff")(page.get)

    assert ["staff"] == [each.policy for each in of(page).entries]


def test_opening_a_class_later_is_read_again():
    page = authorize(view_class())
    assert not of(page).anonymous

    allow_anonymous(page)

    assert of(page).anonymous


def test_the_same_endpoint_is_read_once():
    page = authorize(view_class())

    assert of(page) is of(page)


def test_authentication_classes_that_are_set_late_are_asked():
    page = view_class()
    assert () == of(page).schemes

    page.authentication_classes = [APIKeyAuthentication]

    assert ("api_key",) == of(page).schemes


def test_words_that_a_client_makes_up_are_not_kept():
    page = authorize(view_class())
    of(page)
    before = len(metadata._known)

    for number in range(20):
        of(page, f"VERB{number}")

    assert before == len(metadata._known)


def test_no_more_endpoints_are_kept_than_the_bound(monkeypatch):
    monkeypatch.setattr(metadata, "MAX_ENDPOINTS", 3)
    metadata.forget()

    for _ in range(5):
        of(authorize(view_class()))

    assert 3 >= len(metadata._known)
