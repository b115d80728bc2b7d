"""User models that are not Django's."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, Permission, PermissionsMixin
from django.db import models


class Member(AbstractBaseUser, PermissionsMixin):
    """A user with a text for a key, and relations of other names."""

    code = models.CharField(max_length=50, primary_key=True)
    is_active = models.BooleanField(default=True)
    groups = models.ManyToManyField(Group, related_name="members", blank=True)
    user_permissions = models.ManyToManyField(
        Permission, related_name="members", related_query_name="member_of", blank=True
    )

    USERNAME_FIELD = "code"
    objects = BaseUserManager()

    def __str__(self):
        return self.code


class Machine(AbstractBaseUser):
    """A user without groups or permissions, whose state says whether it is active."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    serial = models.IntegerField(unique=True)
    state = models.CharField(max_length=10, default="on")

    USERNAME_FIELD = "serial"
    objects = BaseUserManager()

    @property
    def is_active(self):
        """Whether it is switched on."""
        return self.state == "on"

    def __str__(self):
        return str(self.serial)


class Robot(AbstractBaseUser):
    """A user that works out its permissions, and has groups of Django's."""

    serial = models.IntegerField(unique=True)
    groups = models.ManyToManyField(Group, related_name="robots", blank=True)

    USERNAME_FIELD = "serial"
    is_superuser = False
    objects = BaseUserManager()

    @property
    def is_active(self):
        """Whether it has a number."""
        return self.serial > 0

    def get_all_permissions(self, obj=None):
        """Return what every robot may."""
        return {"factory.weld"}

    def __str__(self):
        return str(self.serial)


class Officer(AbstractBaseUser, PermissionsMixin):
    """A user whose rank says whether everything is allowed."""

    rank = models.CharField(max_length=10, unique=True)
    is_active = models.BooleanField(default=True)
    groups = models.ManyToManyField(Group, related_name="officers", blank=True)
    user_permissions = models.ManyToManyField(
        Permission, related_name="officers", blank=True
    )

    USERNAME_FIELD = "rank"
    objects = BaseUserManager()

    @property
    def is_superuser(self):
        """Whether the rank is the highest."""
        return self.rank == "general"

    def __str__(self):
        return self.rank


class Guest(AbstractBaseUser):
    """A user without so much as a flag."""

    name = models.CharField(max_length=50, unique=True)

    USERNAME_FIELD = "name"
    objects = BaseUserManager()

    def __str__(self):
        return self.name


class OfTenant(BaseUserManager):
    """Finds the users of the tenant that is served just now."""

    serving = "acme"

    def get_queryset(self):
        """Return them."""
        return super().get_queryset().filter(tenant=OfTenant.serving)


class Employee(AbstractBaseUser):
    """A user whom its manager does not always find."""

    name = models.CharField(max_length=50, primary_key=True)
    tenant = models.CharField(max_length=50, default="acme")

    USERNAME_FIELD = "name"
    objects = OfTenant()

    def __str__(self):
        return self.name
