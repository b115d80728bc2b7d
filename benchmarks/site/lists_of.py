"""Documents enough, and every way to list those that somebody may read."""

import rules
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from guardian.models import UserObjectPermission
from guardian.shortcuts import get_objects_for_user

from benchmarks.site.models import Document
from django_claimsauth.authorization import service
from django_claimsauth.claims import ClaimsPrincipal

USERS = 1000
TENANTS = 1000
PAGE = 20


class Bench:
    """Every user owns a hundred documents and may read a hundred of the tenant."""

    def __init__(self, count):
        self.is_server = connection.vendor != "sqlite"
        model = get_user_model()
        model.objects.bulk_create(model(username=f"user{n}") for n in range(USERS))
        users = list(model.objects.order_by("pk").values_list("pk", flat=True))[:USERS]
        Document.objects.bulk_create(
            (
                Document(
                    title=f"document {n}",
                    owner_id=users[n % USERS],
                    tenant=f"tenant {n // (count // TENANTS)}",
                    state="published" if n % 2 else "draft",
                )
                for n in range(count)
            ),
            batch_size=5000,
        )
        self.user = model.objects.get(pk=users[7])
        self.principal = ClaimsPrincipal.of(
            "bearer", {"sub": str(self.user.pk), "tenant": "tenant 7"}
        )
        self._grant()

    def _grant(self):
        """Give the user, in guardian's tables, what the rule gives."""
        kind = ContentType.objects.get_for_model(Document)
        permission = Permission.objects.get(codename="view_document", content_type=kind)
        UserObjectPermission.objects.bulk_create(
            UserObjectPermission(
                permission=permission, content_type=kind, object_pk=pk, user=self.user
            )
            for pk in self.by_hand().values_list("pk", flat=True)
        )

    def by_hand(self):
        tenant = self.principal.find_first("tenant").value
        return Document.objects.filter(
            Q(owner_id=self.user.pk) | Q(tenant=tenant, state="published")
        )

    def narrowed(self):
        return service.narrow(self.principal, "documents.read", Document.objects.all())

    def by_guardian(self):
        return get_objects_for_user(self.user, "site.view_document", Document)

    def tables(self):
        """Yield a title and the cases of each table."""
        forms = {
            "by hand": self.by_hand,
            "narrowed": self.narrowed,
            "guardian": self.by_guardian,
        }
        reads = {
            f"A page of {PAGE}": lambda rows: list(rows.order_by("pk")[:PAGE]),
            "The count": lambda rows: rows.count(),
            "The ids": lambda rows: list(rows.values_list("pk", flat=True)),
        }
        for title, read in reads.items():
            cases = {name: _reading(form, read) for name, form in forms.items()}
            _check(cases)
            yield title, cases

    def in_python(self):
        """Return the ways to list by rules that judge one object at a time."""
        user, tenant = self.user, self.principal.find_first("tenant").value
        owns = rules.predicate(lambda user, each: each.owner_id == user.pk)
        reads = rules.predicate(
            lambda _, each: each.tenant == tenant and each.state == "published"
        )
        rules.add_rule("site.read", owns | reads)

        def by_rules():
            every = Document.objects.all()
            return [e.pk for e in every if rules.test_rule("site.read", user, e)]

        return {
            "by hand": lambda: list(self.by_hand().values_list("pk", flat=True)),
            "rules": by_rules,
        }


def _reading(form, read):
    return lambda: read(form())


def _check(cases):
    """The same answer by every way, and by one query, or it is no comparison."""
    answers = {}
    for name, case in cases.items():
        with CaptureQueriesContext(connection) as queries:
            answer = case()
        answers[name] = (
            sorted(getattr(e, "pk", e) for e in answer)
            if isinstance(answer, list)
            else answer
        )
        if name == "narrowed" and len(queries) != 1:
            raise AssertionError(f"{name} asked {len(queries)} queries, not one")
    if any(answer != answers["by hand"] for answer in answers.values()):
        raise AssertionError(f"not the same rows: {answers}")
