"""
Reading a dict of settings into its dataclass: types checked, names known.

Unknown keys are errors that name the near miss; a value that may be a secret is
never shown.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from django.utils.module_loading import import_string

from django_claimsauth.conf.sections import ForwardSettings, SchemeSettings
from django_claimsauth.errors import SettingsError, near_miss

Section = TypeVar("Section")
ALIAS = re.compile(r"[A-Za-z0-9_-]+")


def load(target: Any, where: str) -> Any:
    """
    Return what a dotted path names; anything but a str is returned as it is.

    Raises:
        SettingsError: nothing can be imported there.
    """
    if not isinstance(target, str):
        return target
    try:
        return import_string(target)
    except ImportError as error:
        raise SettingsError(
            f"{where} is {target!r}, which cannot be imported: {error}. "
            "A dotted path to something importable is expected."
        ) from error


def read(section: type[Section], given: Any, where: str) -> Section:
    """
    Return the dataclass that a dict of settings describes.

    Raises:
        SettingsError: not a dict, an unknown key, or a value of the wrong type.
    """
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where} is a {type(given).__name__}; a dict is expected.")
    hints = typing.get_type_hints(section)
    # The keys of FORWARD are words of the protocol, in lower case.
    in_capitals = section is not ForwardSettings
    names = {name.upper() if in_capitals else name: name for name in hints}
    for key in given:
        if key not in names:
            raise SettingsError(
                f"{where} has an unknown key {key!r}{near_miss(key, names)} "
                f"Known: {', '.join(sorted(names))}."
            )
    return section(
        **{
            names[key]: _checked(value, hints[names[key]], f"{where}[{key!r}]")
            for key, value in given.items()
        }
    )


def _checked(value: Any, hint: Any, where: str) -> Any:
    if hint == Mapping[str, SchemeSettings]:
        return _read_schemes(value, where)
    if dataclasses.is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), value, where)
    if hint == ForwardSettings | None:
        return None if value is None else read(ForwardSettings, value, where)
    if not _is_of(value, hint):
        raise SettingsError(
            f"{where} is {_shown(value, where)}; {_described(hint)} is expected."
        )
    return value


def _shown(value: Any, where: str) -> str:
    # An error message reaches logs and screens, where no secret belongs.
    secret = any(word in where for word in ("PEPPER", "KEYS", "OPTIONS"))
    return f"a {type(value).__name__}" if secret else repr(value)


def _read_schemes(given: Any, where: str) -> Mapping[str, SchemeSettings]:
    if not isinstance(given, Mapping):
        raise SettingsError(
            f"{where} is a {type(given).__name__}; a dict of aliases is expected."
        )
    for alias in given:
        # The alias stands in a header where a scheme has no keyword of its own.
        if not isinstance(alias, str) or ALIAS.fullmatch(alias) is None:
            raise SettingsError(
                f"{where} has the alias {alias!r}; a name of ASCII letters, digits, "
                "'_' and '-' is expected."
            )
    return {
        alias: read(SchemeSettings, entry, f"{where}[{alias!r}]")
        for alias, entry in given.items()
    }


def _is_of(value: Any, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if hint is Any:
        return True
    if origin in (typing.Union, types.UnionType):
        return any(_is_of(value, each) for each in typing.get_args(hint))
    if origin is Literal:
        return value in typing.get_args(hint)
    if Callable in (origin, hint):
        return callable(value)
    if origin is Sequence:
        inner = typing.get_args(hint)[0]
        return isinstance(value, list | tuple) and all(
            _is_of(each, inner) for each in value
        )
    if origin is Mapping:
        return isinstance(value, Mapping)
    if hint is int:
        # A bool is an int to Python, and a mistake in a setting.
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, origin or hint)


def _described(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_described(each) for each in typing.get_args(hint))
    if origin is Literal:
        return " or ".join(repr(each) for each in typing.get_args(hint))
    if origin is Sequence:
        return f"a list of {_described(typing.get_args(hint)[0])}"
    if origin is not None:
        return str(origin.__name__).lower()
    return "None" if hint is type(None) else getattr(hint, "__name__", str(hint))
