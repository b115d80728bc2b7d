"""What no code of ours calls, found in the syntax tree."""

import ast

import pytest

from tests.structure.source import CODE, Source, sources

SECRETS = {
    "digest",
    "mac",
    "password",
    "pepper",
    "secret",
    "signature",
    "token_digest",
    "token_hash",
}
NAIVE = {"utcnow", "utcfromtimestamp"}


def last_name(node):
    """`c` of `a.b.c` and of `a.b.c()`; None of what has no name."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return getattr(node, "attr", getattr(node, "id", None))


def imported(node):
    """The modules that an import statement names, as `(module, name)`."""
    if isinstance(node, ast.Import):
        return [(alias.name, None) for alias in node.names]
    return [(node.module or "", alias.name) for alias in node.names]


def predictable_randomness(source):
    """`random` is for games; `secrets` is for secrets."""
    return [
        source.at(node, f"imports {module}")
        for node in source.nodes(ast.Import, ast.ImportFrom)
        for module, name in imported(node)
        if module == "random" or (module, name) == ("uuid", "uuid1")
    ]


def compared_secrets(source):
    """`==` stops at the first difference, and so tells how long it looked."""
    return [
        source.at(node, f"compares {last_name(side)} with an operator")
        for node in source.nodes(ast.Compare)
        for side in [node.left, *node.comparators]
        if isinstance(node.ops[0], ast.Eq | ast.NotEq) and last_name(side) in SECRETS
    ]


def jwt_decodings(source):
    """`jwt.decode` and its like, however `jwt` was imported."""
    calls = [
        source.at(node, f"calls jwt.{node.func.attr}")
        for node in source.nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("decode")
        and last_name(node.func.value) in {"jwt", "PyJWT", "PyJWS"}
    ]
    imports = [
        source.at(node, f"imports jwt.{name}")
        for node in source.nodes(ast.ImportFrom)
        for module, name in imported(node)
        if module.split(".")[0] == "jwt" and name and name.startswith("decode")
    ]
    return calls + imports


def naive_times(source):
    """`datetime.now()` without a zone; Django and JWT both speak UTC."""
    return [
        source.at(node, f"calls {last_name(node)}() without a zone")
        for node in source.nodes(ast.Call)
        if last_name(node) in NAIVE
        or (
            last_name(node) in {"now", "today"}
            and last_name(getattr(node.func, "value", None)) == "datetime"
            and not node.args
            and not node.keywords
        )
    ]


def swallowed_errors(source):
    """`except Exception: pass`, where a refusal becomes an open door."""
    return [
        source.at(node, "swallows every error")
        for node in source.nodes(ast.ExceptHandler)
        if (node.type is None or last_name(node.type) in {"Exception", "BaseException"})
        and all(isinstance(each, ast.Pass | ast.Continue) for each in node.body)
    ]


RULES = [predictable_randomness, compared_secrets, naive_times, swallowed_errors]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_code_breaks_the_rule(rule):
    folders = [each for each in CODE if each != "benchmarks"]

    found = [
        finding
        for each in sources(*folders)
        # A fuzzer repeats itself from a seed, and makes no secret.
        if each.path.name != "fuzz_tokens.py"
        for finding in rule(each)
    ]

    assert not found, "\n".join(found)


def test_one_module_decodes_tokens():
    """A second place that decodes would be a second opinion of what is valid."""
    files = {
        str(each.path) for each in sources("django_claimsauth") if jwt_decodings(each)
    }

    assert len(files) <= 1
    assert all("tokens" in name for name in files)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (predictable_randomness, "import random"),
        (predictable_randomness, "def f():\n    from random import choice"),
        (predictable_randomness, "from uuid import uuid1"),
        (compared_secrets, "key.digest == digest_of(x)"),
        (compared_secrets, "if a != self.secret: ..."),
        (compared_secrets, "token_hash(x) == y"),
        (jwt_decodings, "jwt.decode(token)"),
        (jwt_decodings, "from jwt import decode_complete"),
        (jwt_decodings, "PyJWT().decode_complete(token)"),
        (naive_times, "datetime.now()"),
        (naive_times, "datetime.datetime.utcnow()"),
        (swallowed_errors, "try: ...\nexcept Exception: pass"),
        (swallowed_errors, "for x in y:\n try: ...\n except: continue"),
    ],
)
def test_what_breaks_a_rule_is_found(rule, text):
    assert 1 == len(rule(Source("x.py", text)))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (predictable_randomness, "import secrets, uuid"),
        (compared_secrets, "compare_digest(a.digest, b)"),
        (compared_secrets, "a.digest_size == 32"),
        (compared_secrets, "digest is None"),
        (jwt_decodings, "base64.decode(x)"),
        (naive_times, "datetime.now(UTC)"),
        (naive_times, "timezone.now()"),
        (swallowed_errors, "try: ...\nexcept ValueError: pass"),
        (swallowed_errors, "try: ...\nexcept Exception: raise"),
    ],
)
def test_what_keeps_a_rule_is_left_alone(rule, text):
    assert [] == rule(Source("x.py", text))
