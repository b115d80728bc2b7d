"""Models with every kind of column and relation that a rule reads."""

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Row(models.Model):
    """A row, shown by its key."""

    class Meta:
        abstract = True

    def __str__(self):
        return f"{type(self).__name__} {self.pk}"


class Team(Row):
    """A group of people, known by a text key."""

    code = models.CharField(max_length=50, primary_key=True)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="children"
    )
    level = models.IntegerField(null=True)


class Person(Row):
    """Somebody in a team."""

    name = models.CharField(max_length=100, null=True)  # noqa: DJ001  # NULL is asked for
    score = models.IntegerField(null=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="members")


class Label(Row):
    """Sticks to anything."""

    # Without a constraint: this app's tables are made before those with migrations.
    content_type = models.ForeignKey(ContentType, models.CASCADE, db_constraint=False)
    object_id = models.BigIntegerField()
    content_object = GenericForeignKey()
    text = models.CharField(max_length=100)


class Item(Row):
    """What the rules are about."""

    text = models.CharField(max_length=100, default="")
    note = models.TextField(null=True)  # noqa: DJ001  # NULL is asked for
    number = models.IntegerField(null=True)
    big = models.BigIntegerField(default=0)
    ratio = models.FloatField(null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    wide = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    flag = models.BooleanField(null=True)
    token = models.UUIDField(null=True, default=uuid.uuid4)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    owner = models.ForeignKey(Person, models.CASCADE, null=True, related_name="items")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="items")
    shared_with = models.ManyToManyField(Person, related_name="shared")
    teams = models.ManyToManyField(Team, related_name="shared_items")
    document = models.JSONField(null=True)
    labels = GenericRelation(Label)

    @property
    def computed(self):
        """No column."""
        return self.text


class Comment(Row):
    """Said about an item; found by `comment_set`, looked up by `comment`."""

    item = models.ForeignKey(Item, models.CASCADE)
    author = models.ForeignKey(Person, models.CASCADE, null=True)
    text = models.CharField(max_length=100, default="")
    rank = models.IntegerField(null=True)


class Detail(Row):
    """At most one an item."""

    item = models.OneToOneField(Item, models.CASCADE, related_name="detail")
    label = models.CharField(max_length=100, null=True)  # noqa: DJ001  # NULL is asked for
    reviewer = models.ForeignKey(Person, models.CASCADE, null=True)


class KeptManager(models.Manager):
    """Hides what was deleted."""

    def get_queryset(self):
        """Return what was not deleted."""
        return super().get_queryset().filter(deleted=False)


class SoftComment(Row):
    """A comment that its default manager may hide."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="soft_comments")
    text = models.CharField(max_length=100)
    deleted = models.BooleanField(default=False)

    objects = KeptManager()
    everything = models.Manager()  # noqa: DJ012  # the default one stands first


class SpecialItem(Item):
    """An item with a table of its own."""

    extra = models.IntegerField()
