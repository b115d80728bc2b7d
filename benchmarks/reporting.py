"""What was measured, as a table: printed, in Markdown, and as data for the plot."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "Django", "djangorestframework", "PyJWT", "djangorestframework-simplejwt",
    "django-rest-knox", "djangorestframework-api-key", "django-oauth-toolkit",
    "django-allauth", "rules", "django-guardian", "drf-access-policy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of a table.

    Args:
        value, low, high: the median and its spread; a ratio unless `unit` says.

        budget: what the value may not exceed; None where there is no promise.

        peer: whether it is somebody else's, for comparison.
    """

    name: str
    value: float
    low: float
    high: float
    budget: float | None = None
    microseconds: float | None = None
    unit: str = ""
    peer: bool = False

    @property
    def is_over(self):
        return self.budget is not None and self.value > self.budget

    @property
    def verdict(self):
        if self.budget is None:
            return ""
        return "over" if self.is_over else "within budget"


@dataclass(frozen=True, slots=True)
class Table:
    """A benchmark's rows, and the sentence that says what 1 is."""

    title: str
    floor: str
    rows: tuple[Row, ...]


def rows_of(ratios, budgets=None, *, peers=(), names=None):
    """Return a row for each measured ratio, in order."""
    budgets, names = budgets or {}, names or {}
    return [
        Row(
            names.get(name, name),
            ratio.median,
            ratio.low,
            ratio.high,
            budgets.get(name),
            ratio.microseconds,
            peer=name in peers,
        )
        for name, ratio in ratios.items()
    ]


HEADINGS = ("what", "median", "min to max", "µs", "budget", "")


def as_cells(row):
    digits = 0 if row.unit else 2

    def shown(number):
        return f"{number:.{digits}f}"

    return (
        f"({row.name})" if row.peer else row.name,
        shown(row.value) + row.unit,
        f"{shown(row.low)} to {shown(row.high)}",
        "" if row.microseconds is None else f"{row.microseconds:,.1f}",
        "" if row.budget is None else f"{row.budget:.2f}{row.unit}",
        row.verdict,
    )


def as_markdown(table):
    """Return a table in Markdown; in a terminal it reads as well."""
    cells = [HEADINGS, *map(as_cells, table.rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADINGS))]
    lines = [
        "| "
        + " | ".join(
            text.ljust(width) for text, width in zip(line, widths, strict=True)
        )
        + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return f"### {table.title}\n\n1 is {table.floor}.\n\n" + "\n".join(lines) + "\n"


def write(name, tables):
    """Keep a benchmark's tables: for readers, and for `plot`."""
    RESULTS.mkdir(exist_ok=True)
    text = "\n".join(map(as_markdown, tables))
    (RESULTS / f"{name}.md").write_text(
        f"# {name}\n\n{environment()}\n\nIn parentheses: peers.\n\n{text}", "utf-8"
    )
    (RESULTS / f"{name}.json").write_text(
        json.dumps([asdict(table) for table in tables], indent=1), "utf-8"
    )


def environment():
    """Return what was run on what, in a line."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found) + "."
