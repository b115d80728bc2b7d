"""Every room has content, and a name that says what is in it."""

import ast
import re

import pytest

from tests.structure.source import CODE, PACKAGE, ROOT, Source, sources

NAMELESS = {"utils", "util", "helpers", "helper", "misc", "common"}
# Packages that Python or Django asks for, and that hold nothing by themselves.
DOORS = {"management", "migrations"}
PUBLIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DEBT = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d)")


def is_placeholder(source):
    """Whether nothing stands in the file but words."""
    return all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in source.tree.body
    )


def without_docstring(source):
    """The public classes and functions, and methods of classes without a base."""
    public = [node for node in source.tree.body if isinstance(node, PUBLIC)]
    for each in list(public):
        # A method that overrides has its contract at the base.
        if isinstance(each, ast.ClassDef) and not each.bases:
            public += [node for node in each.body if isinstance(node, PUBLIC[:2])]
    return [
        source.at(node, f"{node.name} has no docstring")
        for node in public
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]


def rooms():
    return [
        path
        for path in sorted(PACKAGE.iterdir())
        if path.is_dir() and list(path.rglob("*.py"))
    ]


def test_no_file_is_named_for_nothing():
    assert [] == [
        str(each.path) for each in sources(*CODE, "tests") if each.path.stem in NAMELESS
    ]


def test_no_file_is_a_placeholder():
    assert [] == [
        str(each.path)
        for each in sources("django_claimsauth", "example_project", "tools")
        if each.path.name != "__init__.py" and is_placeholder(each)
    ]


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_no_room_is_empty(room):
    files = [path for path in room.rglob("*.py") if path.name != "__init__.py"]

    assert files


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_every_room_says_what_it_is(room):
    """The docstring of a room's `__init__.py` is its sign on the door."""
    if room.name in DOORS:
        return
    door = room / "__init__.py"

    assert ast.get_docstring(ast.parse(door.read_text(encoding="utf-8")))


def test_every_module_says_what_it_is():
    assert [] == [
        str(each.path)
        for each in sources("django_claimsauth")
        if each.text and not ast.get_docstring(each.tree)
    ]


def test_public_names_have_docstrings():
    package = sources("django_claimsauth")

    found = [each for file in package for each in without_docstring(file)]

    assert not found, "\n".join(found)


def test_nothing_is_left_to_do_without_an_issue():
    assert [] == [
        f"{each.path}:{number} {line.strip()}"
        for each in sources(*CODE)
        for number, line in enumerate(each.text.splitlines(), 1)
        if DEBT.search(line)
    ]


def test_what_a_visitor_looks_for_is_where_it_is_looked_for():
    for name in ["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "py.typed"]:
        folder = PACKAGE if name == "py.typed" else ROOT
        assert (folder / name).is_file()


@pytest.mark.parametrize("text", ['"""Words."""', "", "pass", '"""Words."""\n...'])
def test_words_alone_are_a_placeholder(text):
    assert is_placeholder(Source("x.py", text))


def test_an_assignment_is_content():
    assert not is_placeholder(Source("x.py", '"""Words."""\nx = 1'))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f(): ...", 1),
        ("async def f(): ...", 1),
        ("def _f(): ...", 0),
        ("class A: ...", 1),
        ('class A:\n    "x"\n    def f(self): ...', 1),
        ('class A(B):\n    "x"\n    def f(self): ...', 0),
    ],
)
def test_a_public_name_without_docstring_is_found(text, found):
    assert found == len(without_docstring(Source("x.py", text)))
