"""The page about the settings says what the code says."""

import dataclasses
import re
from datetime import timedelta

import pytest

from django_claimsauth import conf
from tests.structure.source import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|(required)) \| (.+) \|$", re.MULTILINE)


def documented():
    """`{heading: {NAME: the default as it is written}}`."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)[1:]
    return {
        heading: {name: default or None for name, default, *_ in ROW.findall(text)}
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


def defaults(section):
    """`{NAME: default}` of a section's dataclass, but for sections inside it."""
    values = {field.name.upper(): default_of(field) for field in fields(section)}
    return {
        name: value
        for name, value in values.items()
        if not dataclasses.is_dataclass(value)
    }


def fields(section):
    return dataclasses.fields(section)


def default_of(field):
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def sections():
    """Every dataclass of settings, by the heading under which it is described."""
    return {
        "CLAIMSAUTH": conf.Settings,
        "An entry of SCHEMES": conf.SchemeSettings,
        "FORWARD": conf.ForwardSettings,
    } | {
        field.name.upper(): type(default_of(field))
        for field in fields(conf.Settings)
        if dataclasses.is_dataclass(default_of(field))
    }


def test_every_section_has_its_heading_and_no_other_does():
    assert set(sections()) == set(documented())


@pytest.mark.parametrize("heading", sections())
def test_every_setting_is_described_with_its_default(heading):
    written = {
        # The page is ours: what it evaluates is a literal or a timedelta.
        name: dataclasses.MISSING
        if default is None
        else eval(default, {"timedelta": timedelta})
        for name, default in documented()[heading].items()
    }

    assert defaults(sections()[heading]) == written
