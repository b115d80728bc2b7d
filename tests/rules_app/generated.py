"""Generated rows, principals and rules for the law of judging and narrowing."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from django.conf import settings
from hypothesis import strategies as st

from django_claimsauth.authorization import (
    RequireAuthenticated,
    RequireClaim,
    RequireRole,
    claim,
    now,
    resource,
)
from django_claimsauth.authorization.operands import ClaimReference
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import (
    Comment,
    Detail,
    Item,
    Label,
    Person,
    SoftComment,
    Team,
)

POSTGRESQL = settings.DATABASE_NAME == "postgresql"
MARIADB = settings.DATABASE_NAME == "mariadb"
CLOCK = datetime(2026, 5, 6, 22, 30, tzinfo=UTC)
FAR_EAST = timezone(timedelta(hours=14))

# What a careless collation takes for one another.
LIKE_ACME = [
    "acme", "ACME", "Acme", "acme ", " acme", "acme\t", "acm\u00e9", "acme\u0301",
    "ac\u00adme", "\ufeffacme", "\uff41cme", "acme\u200b", "acme\n",
]  # fmt: skip
TEXTS = [
    *LIKE_ACME, "", " ", "a", "Z", "z", "\u00df", "ss", "SS", "\u0130", "i", "\u0131",
    "\U0001f600", "\uffff", "%", "_", "\\", "'", '"', "10", "9", "None", "null", "beta",
    *([] if POSTGRESQL else ["acme\x00", "\x00"]),
]  # fmt: skip
TEAMS = ["acme", "beta ", "10", "\u00e9a", "\U0001f600"]
SMALL = [0, 1, -1, 2, 3, 41, 42, 2**31 - 1, -(2**31)]
BIG = [*SMALL, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**32]
FLOATS = [0.0, -0.0, 1.0, 1.5, -2.5, 0.1, 0.1 + 0.2, 2.0**53, 1e300, 42.0]
PRICES = [Decimal(t) for t in ("0.00", "1.00", "1.50", "-1.50", "999999.99", "42.00")]
WIDE = [
    *PRICES, Decimal("12345678901234567.8901"), Decimal("12345678901234500.0000"),
    Decimal(12345678901234600), Decimal(12345678901234568), Decimal("123456789012345.6789"),
    Decimal("12345678901.2345"), Decimal("0.0001"),
]  # fmt: skip
TOKENS = [uuid.UUID(int=n) for n in (0, 1, 2**127, 0xABCDEF)]
DAYS = [
    date(2026, 5, 5),
    date(2026, 5, 6),
    date(2026, 5, 7),
    date(1, 1, 1),
    date(9999, 12, 31),
]
MOMENTS = [
    CLOCK, CLOCK - timedelta(microseconds=1), CLOCK + timedelta(microseconds=1),
    CLOCK + timedelta(days=1), CLOCK - timedelta(days=400),
    datetime(2026, 5, 7, 12, 30, tzinfo=FAR_EAST), datetime(1000, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]  # fmt: skip

text = st.one_of(
    st.sampled_from(TEXTS),
    st.text(
        st.characters(
            exclude_categories=["Cs"], exclude_characters="\x00" if POSTGRESQL else ""
        ),
        max_size=4,
    ),
)
floats = st.one_of(
    st.sampled_from(FLOATS),
    st.floats(allow_nan=False, allow_infinity=not MARIADB, allow_subnormal=False),
    *([] if MARIADB else [st.just(float("nan"))]),
)
junk = st.sampled_from(
    [True, False, " 1", "1 ", "\u0663", "1_0", "+1", "-0", "01", "1.0", "0x1", 10**30,
     -(10**30), 10**400, str(10**30), "9" * 5000, "acme\x00", "\x00", "\ud800", "NaN", "inf",
     "Infinity", "1e5", 1e300, {"a": 1}, {}, "2026-05-06 ", "20260506", "2026-W19-3",
     "2026-05-06T22:30:00", "2026-05-06T22:30:00z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-12:00", "{00000000-0000-0000-0000-000000000001}",
     "00000000000000000000000000000001", "00000000-0000-0000-0000-00000000000A",
     1.5, "1.005", "1E+2", "1E+1000000", "sNaN", "true", "True", "null", "None"]
)  # fmt: skip

#: kind -> the values of its columns.
VALUES = {
    "text": text,
    "small": st.one_of(st.sampled_from(SMALL), st.integers(-3, 50)),
    "big": st.one_of(st.sampled_from(BIG), st.integers(-(2**63), 2**63 - 1)),
    "float": floats,
    "price": st.sampled_from(PRICES),
    "wide": st.sampled_from(WIDE),
    "flag": st.booleans(),
    "token": st.sampled_from(TOKENS),
    "day": st.sampled_from(DAYS),
    "moment": st.sampled_from(MOMENTS),
    "team": st.sampled_from(TEAMS),
}
COLUMNS = {
    "text": "text", "note": "text", "number": "small", "big": "big", "ratio": "float",
    "price": "price", "wide": "wide", "flag": "flag", "token": "token", "day": "day",
    "moment": "moment",
}  # fmt: skip
NOT_NULL = {"text", "big"}


@st.composite
def rows(draw):
    """Make rows in the database; where a relation may be absent, it sometimes is."""
    maybe = st.none() | st.integers(0, 3)
    teams = [
        Team.objects.create(code=code, level=draw(st.none() | st.integers(0, 3)))
        for code in TEAMS
    ]
    for team in teams[1:]:
        team.parent = draw(st.sampled_from([None, *teams]))
        team.save()
    people = [
        Person.objects.create(
            name=draw(st.none() | text),
            score=draw(maybe),
            team=draw(st.sampled_from([None, *teams])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    items = [_item(draw, teams, people) for _ in range(draw(st.integers(1, 4)))]
    return items, people


def _item(draw, teams, people):
    values = {
        name: draw(VALUES[kind] if name in NOT_NULL else st.none() | VALUES[kind])
        for name, kind in COLUMNS.items()
    }
    item = Item.objects.create(
        **values,
        owner=draw(st.sampled_from([None, *people])),
        team=draw(st.sampled_from([None, *teams])),
    )
    if people:
        item.shared_with.set(draw(st.lists(st.sampled_from(people), max_size=3)))
    item.teams.set(draw(st.lists(st.sampled_from(teams), max_size=2)))
    for _ in range(draw(st.integers(0, 2))):
        Comment.objects.create(
            item=item, text=draw(text), rank=draw(st.none() | st.integers(0, 3)),
            author=draw(st.sampled_from([None, *people])),
        )  # fmt: skip
    if draw(st.booleans()):
        Label.objects.create(content_object=item, text=draw(text))
    if draw(st.booleans()):
        SoftComment.everything.create(
            item=item, text=draw(text), deleted=draw(st.booleans())
        )
    if draw(st.booleans()):
        Detail.objects.create(
            item=item,
            label=draw(st.none() | text),
            reviewer=draw(st.sampled_from([None, *people])),
        )
    return item


def as_claim(value):
    """Return a column's value as a token says it."""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else "nan"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def keys_of(people):
    """Return the keys of people, and of others, as claims."""
    keys = [person.pk for person in people] + [0, -1, 2**31]
    return st.sampled_from([*keys, *map(str, keys)])


def claims_like(kind):
    """Return claims of a kind of column: what fits, its text, and what does not."""
    fitting = VALUES[kind].map(as_claim)
    return st.one_of(fitting, fitting.map(str), junk)


def principals(people):
    """Return principals with claims for every kind of column, or without."""
    kinds = {kind: st.lists(claims_like(kind), max_size=3) for kind in VALUES}
    claims = st.fixed_dictionaries(
        {
            **kinds,
            "sub": st.lists(keys_of(people) | junk, max_size=2),
            "roles": st.lists(st.sampled_from(["editor", "reader"]), max_size=2),
        }
    )
    scheme = st.sampled_from(["bearer", "bearer", "bearer", None])
    return st.builds(ClaimsPrincipal.of, scheme, claims)


def _paths(people):
    """Return (path, kind, many): the rules' left sides."""
    own = [(getattr(resource, name), kind) for name, kind in COLUMNS.items()]
    return [
        *own,
        (resource.owner_id, "sub"), (resource.owner, "sub"), (resource.owner.pk, "sub"),
        (resource.owner.name, "text"), (resource.owner.score, "small"),
        (resource.owner.team, "team"), (resource.owner.team.code, "team"),
        (resource.owner.team.level, "small"), (resource.owner.team.parent.level, "small"),
        (resource.team, "team"), (resource.team_id, "team"), (resource.team.code, "team"),
        (resource.team.parent.code, "team"), (resource.team.level, "small"),
        (resource.detail.label, "text"), (resource.detail.reviewer, "sub"),
        (resource.detail.reviewer.name, "text"), (resource.detail.reviewer.score, "small"),
        (resource.shared_with.name, "text"), (resource.shared_with.score, "small"),
        (resource.shared_with.team, "team"), (resource.shared_with.team.level, "small"),
        (resource.teams.level, "small"), (resource.teams.members.name, "text"),
        (resource.comment_set.text, "text"), (resource.comment_set.rank, "small"),
        (resource.soft_comments.text, "text"), (resource.labels.text, "text"), (resource.comment_set.item.number, "small"),
        (resource.comment_set.author, "sub"), (resource.comment_set.author.name, "text"),
        (resource.team.members.name, "text"), (resource.team.members.score, "small"),
        (resource.owner.items.number, "small"), (resource.detail.reviewer.shared.text, "text"),
    ]  # fmt: skip


MANY = [
    (resource.shared_with, "sub"), (resource.teams, "team"), (resource.comment_set.author.shared, None),
    (resource.team.members, "sub"), (resource.owner.shared, None), (resource.teams.members, "sub"),
    (resource.comment_set, None), (resource.labels, None), (resource.owner.items.labels, None), (resource.soft_comments, None), (resource.soft_comments.item.shared_with, "sub"), (resource.detail.reviewer.team.members, "sub"), (resource.team.children, "team"),
]  # fmt: skip
UNORDERED = {"flag", "token"}


@st.composite
def terms(draw, kind, people):
    """Return a constant or a claim that is compared with a column of the kind."""
    if draw(st.integers(0, 2)):
        return claim(draw(st.sampled_from([kind, kind, kind, "text", "small"])))
    if kind == "sub":
        return draw(keys_of(people) | st.sampled_from(people)) if people else 7
    if kind in {"day", "moment"} and draw(st.booleans()):
        return now(timedelta(days=draw(st.integers(-1, 1))), clock=lambda: CLOCK)
    value = draw(VALUES[kind])
    if kind == "small":
        value = draw(st.sampled_from([value, 2**31, 10**30, 2.5, Decimal("3.0")]))
    return 1.5 if isinstance(value, float) and value - value != 0 else value


@st.composite
def leaves(draw, people):
    """Return one comparison, or a requirement about the principal."""
    if not draw(st.integers(0, 7)):
        return draw(st.sampled_from(
            [RequireRole("editor"), RequireClaim("text", "acme"), RequireAuthenticated()]
        ))  # fmt: skip
    if not draw(st.integers(0, 4)):
        return draw(_about_many(people))
    path, kind = draw(st.sampled_from(_paths(people)))
    operator = draw(
        st.sampled_from(
            ["==", "==", "!=", "!=", "<", "<=", ">", ">=", "in_", "in_", "is_null"]
        )
    )
    if operator == "is_null":
        return path.is_null()
    if operator == "in_":
        if draw(st.booleans()):
            return path.in_(claim(kind))
        return path.in_(draw(st.lists(_scalars(kind, people), max_size=3)))
    if kind in UNORDERED and operator not in {"==", "!="}:
        operator = "=="
    term = draw(_scalars(kind, people))
    return {
        "==": path.__eq__, "!=": path.__ne__, "<": path.__lt__, "<=": path.__le__,
        ">": path.__gt__, ">=": path.__ge__,
    }[operator](term)  # fmt: skip


def _scalars(kind, people):
    # An instance stands only where the path ends at a relation.
    return terms(kind, people).map(
        lambda term: getattr(term, "pk", term) if isinstance(term, Person) else term
    )


@st.composite
def _about_many(draw, people):
    path, kind = draw(st.sampled_from(MANY))
    if kind is None or not draw(st.integers(0, 2)):
        return path.is_empty()
    return path.includes(draw(terms(kind, people)))


def about_claims(people):
    """Return trees of which every comparison is with a claim."""
    return _joined(leaves(people).filter(_is_about_claims))


def _is_about_claims(leaf):
    return bool(getattr(leaf, "terms", ())) and all(
        isinstance(term, ClaimReference) for term in leaf.terms
    )


def requirements(people):
    """Return trees of leaves, joined and negated."""
    return _joined(leaves(people))


def _joined(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a & b, inner, inner),
            st.builds(lambda a, b: a | b, inner, inner),
            inner.map(lambda a: ~a),
        ),
        max_leaves=5,
    )
