"""The source of the project, as the structure tests read it."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "django_claimsauth"
CODE = ["django_claimsauth", "example_project", "tools", "benchmarks", "docs"]
MADE = {"migrations", "_build", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """One file of Python."""

    path: Path
    text: str

    @cached_property
    def tree(self):
        """The file, parsed."""
        return ast.parse(self.text, str(self.path))

    @property
    def lines(self):
        """How many lines it has."""
        return len(self.text.splitlines())

    def nodes(self, *kinds):
        """Every node of these kinds, however deep."""
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def at(self, node, words):
        """A finding at this node, for a person."""
        return f"{self.path}:{node.lineno} {words}"


def sources(*folders):
    """Every file of Python in these folders, but what a command writes."""
    return [
        Source(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if MADE.isdisjoint(path.relative_to(ROOT).parts)
    ]


def functions(source):
    """Every function and method of the file."""
    return source.nodes(ast.FunctionDef, ast.AsyncFunctionDef)


def length(function):
    """How many lines a function has, its docstring among them, no decorators."""
    return function.end_lineno - function.lineno + 1
