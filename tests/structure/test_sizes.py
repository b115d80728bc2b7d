"""A file and a function are as long as can be read at once."""

from statistics import median

import pytest

from tests.structure.source import CODE, Source, functions, length, sources

FILE_WALL = 350
FUNCTION_WALL = 40
FILE_MEDIAN = 120
FUNCTION_MEDIAN = 8


def long_files(files):
    return [
        f"{each.path} has {each.lines} lines"
        for each in files
        if each.lines > FILE_WALL
    ]


def long_functions(files):
    return [
        each.at(function, f"{function.name}() has {length(function)} lines")
        for each in files
        for function in functions(each)
        if length(function) > FUNCTION_WALL
    ]


def test_no_file_is_long():
    found = long_files(sources(*CODE, "tests"))

    assert not found, "\n".join(found)


def test_no_function_is_long():
    found = long_functions(sources(*CODE, "tests"))

    assert not found, "\n".join(found)


def test_files_are_short_as_a_rule():
    assert median(each.lines for each in sources("django_claimsauth")) <= FILE_MEDIAN


def test_functions_are_short_as_a_rule():
    package = sources("django_claimsauth")
    lengths = [length(each) for file in package for each in functions(file)]

    assert median(lengths) <= FUNCTION_MEDIAN


@pytest.mark.parametrize(
    ("lines", "found"), [(FUNCTION_WALL, 0), (FUNCTION_WALL + 1, 1)]
)
def test_a_function_may_reach_the_wall(lines, found):
    text = "async def f():\n" + "    x = 1\n" * (lines - 1)

    assert found == len(long_functions([Source("x.py", text)]))


@pytest.mark.parametrize(("lines", "found"), [(FILE_WALL, 0), (FILE_WALL + 1, 1)])
def test_a_file_may_reach_the_wall(lines, found):
    assert found == len(long_files([Source("x.py", "x = 1\n" * lines)]))
