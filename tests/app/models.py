"""Resources to guard: documents of owners in tenants."""

from django.conf import settings
from django.db import models


class Tenant(models.Model):
    """A customer, named by its slug."""

    slug = models.SlugField(unique=True)

    def __str__(self):
        return self.slug


class Document(models.Model):
    """A document with every kind of column that a rule compares."""

    class State(models.TextChoices):
        """How far it has come."""

        DRAFT = "draft"
        PUBLISHED = "published"

    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="documents",
        null=True,
        blank=True,
    )
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        related_name="documents",
        null=True,
        blank=True,
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    amount = models.IntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    shared_with = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="shared_documents", blank=True
    )

    def __str__(self):
        return self.title
