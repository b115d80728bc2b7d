"""What the tests of Django's claims share: a request with its transformations."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.core.cache.backends.locmem import LocMemCache
from django.test import RequestFactory

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler, schemes
from django_claimsauth.claims import ClaimsPrincipal

HERE = "tests.authentication.grants"
PATH = "django_claimsauth.authentication.transformation"
GROUPS, PERMISSIONS = f"{PATH}.DjangoGroups", f"{PATH}.DjangoPermissions"


class Subject(SchemeHandler):
    """Succeeds as the local user whose key stands in a header."""

    does_io = False

    def authenticate(self, request):
        claims = {"sub": request.headers["Sub"], "name": "x"}
        return AuthenticateResult.succeed(ClaimsPrincipal.of(self.name, claims))


class Guardian(ModelBackend):
    """A backend that has its own opinion."""

    def get_all_permissions(self, user_obj, obj=None):
        return {"guardian.own"} if user_obj.is_active else set()


class Doorman:
    """A backend that signs in and grants nothing."""

    def authenticate(self, request, **credentials):
        return None

    def get_user(self, user_id):
        return None


class BrokenCache(LocMemCache):
    """A cache that is away."""

    def set(self, *args, **kwargs):
        raise ConnectionError("the cache is away")


def claimsauth(*transformations):
    """Return `CLAIMSAUTH` with these transformations."""
    return {
        "SCHEMES": {"subject": {"BACKEND": f"{HERE}.Subject"}},
        "CLAIMS_TRANSFORMATIONS": list(transformations or (GROUPS, PERMISSIONS)),
    }


def request_of(user):
    """Return a new request of a user, or of a subject."""
    return RequestFactory().get("/", headers={"Sub": str(getattr(user, "pk", user))})


def principal_of(user):
    """Return the principal of a new request of a user."""
    return schemes.authenticate(request_of(user)).principal


def roles_of(user):
    """Return the roles of a new request of a user."""
    return principal_of(user).values("roles")


def permissions_of(user):
    """Return the permission claims of a new request of a user."""
    return principal_of(user).values("permission")


def permission(name):
    """Return a permission by its full name."""
    app_label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)
