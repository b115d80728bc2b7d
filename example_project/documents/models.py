"""What is guarded: documents of owners in tenants."""

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL


class Tenant(models.Model):
    slug = models.SlugField(unique=True)

    def __str__(self):
        return self.slug


class Profile(models.Model):
    """What the service knows of a user beside the name."""

    user = models.OneToOneField(USER, on_delete=models.CASCADE)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    birthdate = models.DateField(null=True, blank=True)

    def __str__(self):
        return f"{self.user} of {self.tenant}"


class Document(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    owner = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="documents")
    shared_with = models.ManyToManyField(
        USER, related_name="shared_documents", blank=True
    )

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.title
