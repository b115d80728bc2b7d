"""Who and what the demo begins with."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth import get_user_model

from example_project.documents.models import Document, Profile, Tenant


@dataclass(frozen=True)
class Person:
    name: str
    tenant: str
    birthdate: date | None = None
    is_admin: bool = False

    @property
    def password(self):
        """Known to everybody: `load_demo` refuses to run without DEBUG."""
        return f"{self.name}-in-the-demo"


PEOPLE = [
    Person("alice", "acme"),
    Person("bob", "acme", birthdate=date(1990, 5, 17)),
    Person("carol", "globex"),
    Person("admin", "acme", is_admin=True),
]
# title, owner, state, shared with.
DOCUMENTS = [
    ("Alice's draft", "alice", "draft", []),
    ("Alice's plan", "alice", "published", []),
    ("Bob's draft", "bob", "draft", []),
    ("Bob's report", "bob", "published", []),
    ("Carol's notes", "carol", "published", []),
    ("Carol's offer to Alice", "carol", "draft", ["alice"]),
]


def load():
    """Add the people and documents that are missing; passwords are as they were."""
    users = {person.name: _person(person) for person in PEOPLE}
    for title, owner, state, shared_with in DOCUMENTS:
        document, created = Document.objects.get_or_create(
            title=title,
            owner=users[owner],
            defaults={
                "text": f"What {owner} has to say.",
                "state": state,
                "tenant": users[owner].profile.tenant,
            },
        )
        if created:
            document.shared_with.set(users[name] for name in shared_with)


def _person(person):
    admin = {"is_staff": person.is_admin, "is_superuser": person.is_admin}
    user, created = get_user_model().objects.update_or_create(
        username=person.name, defaults=admin
    )
    if created or not user.check_password(person.password):
        user.set_password(person.password)
        user.save()
    tenant, _ = Tenant.objects.get_or_create(slug=person.tenant)
    defaults = {"tenant": tenant, "birthdate": person.birthdate}
    Profile.objects.update_or_create(user=user, defaults=defaults)
    return user
