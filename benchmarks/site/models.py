"""Documents: what rules, lists and object permissions are measured on."""

from django.conf import settings
from django.db import models


class Document(models.Model):
    title = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    tenant = models.CharField(max_length=40)
    state = models.CharField(max_length=20, default="published")

    class Meta:
        app_label = "site"
        indexes = [models.Index(fields=["tenant", "state"])]

    def __str__(self):
        return self.title
