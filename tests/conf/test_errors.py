"""The tree of errors: codes, near misses, and copies."""

import copy
import pickle
import subprocess
import sys

import pytest

from django_claimsauth import errors


def classes():
    return [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.ClaimsAuthError)
    ]


@pytest.mark.parametrize("error", classes(), ids=lambda each: each.__name__)
def test_every_error_is_in_the_tree_and_has_a_code(error):
    if error is not errors.InvalidTokenError:
        assert error.code == error.code.lower().strip()
    assert error.__name__ in errors.__doc__ or error is errors.UnknownNameError


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (errors.UnknownSchemeError, KeyError),
        (errors.UnknownPolicyError, KeyError),
        (errors.EmptyPolicyError, ValueError),
        (errors.SettingsError, errors.ConfigurationError),
        (errors.NoHandlerError, errors.ConfigurationError),
        (errors.NotNarrowableError, errors.ConfigurationError),
    ],
)
def test_an_error_is_also_what_python_calls_it(error, base):
    assert issubclass(error, base)


def test_an_unknown_name_lists_the_known_and_the_near():
    error = errors.UnknownSchemeError("bearr", ["session", "bearer"])

    assert "No scheme 'bearr'; did you mean 'bearer'? Known: bearer, session." == str(
        error
    )
    assert ("bearr", ("bearer", "session")) == (error.name, error.known)


def test_where_nothing_is_near_or_known_it_says_so():
    assert "No policy 'x'. Known: none." == str(errors.UnknownPolicyError("x"))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("BEARER", "; did you mean 'bearer'?"),
        ("zzz", "."),
        (None, "."),
        (7, "."),
        ("bearer" * 10**5, "."),
    ],
)
def test_a_near_miss_is_found_whatever_was_asked(name, answer):
    assert answer == errors.near_miss(name, ["bearer", "api_key"])


@pytest.mark.parametrize(
    "error",
    [
        errors.UnknownPolicyError("docs", ["documents"]),
        errors.InvalidTokenError("token_expired", "yesterday"),
        errors.InvalidGrantError("reused"),
        errors.InvalidScopeError("not_offered"),
        errors.NotAuthorizedError("no", status=404, schemes=("bearer",)),
        errors.SettingsError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_a_copy_says_the_same(error, again):
    """Errors travel between processes: from workers, from parallel tests."""
    other = again(error)

    assert (type(error), str(error), vars(error)) == (
        type(other),
        str(other),
        vars(other),
    )


def test_an_error_without_words_shows_its_code():
    assert "configuration_error" == str(errors.ConfigurationError())


def test_a_token_s_error_shows_its_code_and_the_detail_is_for_the_log():
    error = errors.InvalidTokenError("token_expired", "at noon")

    assert ("token_expired", "at noon") == (error.code, error.detail)
    assert "token_expired: at noon" == str(error)
    assert "token_expired" == str(errors.InvalidTokenError("token_expired"))


@pytest.mark.parametrize("module", ["errors", "claims"])
def test_what_is_pure_imports_no_framework(module):
    code = (
        f"import sys, django_claimsauth.{module};"
        "sys.exit(bool({'django', 'rest_framework', 'jwt'} & set(sys.modules)))"
    )

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
