"""Where a request carries an API key: a header, `Authorization`, or the query."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.http import HttpRequest

KEYWORD: Final = "ApiKey"
#: What joins two header lines of one name (RFC 9110 5.3); no key has it.
SEPARATOR: Final = ","


def presented(
    request: HttpRequest, header: str, query_parameter: str | None
) -> list[str]:
    """Return every value that the request offers as an API key, over all transports."""
    found = [*header_values(request, header), *authorization_values(request)]
    if query_parameter is not None:
        found.extend(request.GET.getlist(query_parameter))
    return found


def header_values(request: HttpRequest, header: str) -> list[str]:
    """
    Return the values of the header of this name; an empty one counts as absent.

    WSGI writes `X-API-Key` and `X_API_KEY` alike, and a proxy that strips the
    first may let the second pass. Under ASGI the names are there as they were
    sent, and the underscore spelling is not this header.
    """
    scope = getattr(request, "scope", None)
    if scope is None:
        value = request.META.get(_meta_name(header), "")
        return [value] if value.strip(" \t") else []
    wanted = header.lower().encode()
    values = [
        value.decode("latin-1")
        for name, value in scope["headers"]
        if name.lower() == wanted
    ]
    return [value for value in values if value.strip(" \t")]


@lru_cache(maxsize=16)
def _meta_name(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")


def authorization_values(request: HttpRequest) -> list[str]:
    """Return what stands after `ApiKey` (in any case) in `Authorization`."""
    header = request.META.get("HTTP_AUTHORIZATION")
    if not header:
        return []
    keyword, _, credential = header.partition(" ")
    return [credential] if keyword.lower() == KEYWORD.lower() else []


def names_two(values: list[str]) -> bool:
    """Tell whether these are two keys: two transports, or two lines joined."""
    return len(values) > 1 or SEPARATOR in values[0]
