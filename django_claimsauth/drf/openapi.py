"""
Loads `schema` when drf-spectacular is about to write a document, and not before.

Its extensions are found by being imported, which loads half of Django's test
tools: too much for a process that starts to answer requests. Every document is
written by what stands in `drf_spectacular.generators`, so that is waited for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

AWAITED: Final = "drf_spectacular.generators"


class _Awaiting(MetaPathFinder):
    """Finds no module; it sees the one that is waited for being looked for."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> None:
        """Leave the module to the other finders, with our extension loaded."""
        if fullname == AWAITED and self in sys.meta_path:
            sys.meta_path.remove(self)
            _load()


def register() -> None:
    """Have the extension loaded in time; doing it twice does it once."""
    if AWAITED in sys.modules:
        _load()
    elif not any(isinstance(each, _Awaiting) for each in sys.meta_path):
        sys.meta_path.insert(0, _Awaiting())


def _load() -> None:
    import_module("django_claimsauth.drf.schema")
