"""The scheme: a presented key becomes the principal of its owner or service."""

from __future__ import annotations

import logging
import re
import time
from datetime import datetime, timedelta
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, Literal

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.api_keys import owners, transport
from django_claimsauth.api_keys.caching import Entry, KeyCache, forget_owner
from django_claimsauth.api_keys.format import MAX_KEY_LENGTH, parse
from django_claimsauth.api_keys.judging import Cause, is_previous, refusal
from django_claimsauth.api_keys.principals import (
    NARROWED_TYPE,
    asks_owner,
    principal_of,
)
from django_claimsauth.api_keys.records import ApiKeyRecord, ApiKeyStore
from django_claimsauth.api_keys.store import DatabaseStore
from django_claimsauth.api_keys.usage import Sample, sampler
from django_claimsauth.authentication.clients import client_ip
from django_claimsauth.authentication.digests import digest
from django_claimsauth.authentication.handlers import SchemeHandler, quoted
from django_claimsauth.authentication.rates import charge, parse_rate
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.conf import load
from django_claimsauth.signals import api_key_rejected

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_claimsauth.claims import ClaimsPrincipal

logger = logging.getLogger("django_claimsauth.api_keys")

NO_RESULT: Final = AuthenticateResult.no_result()
#: What the client is told, whatever was wrong with the key.
DESCRIPTION: Final = "The API key is not valid."
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_rate = lru_cache(maxsize=1024)(parse_rate)


class APIKeyHandler(SchemeHandler):
    """
    Authenticates the holder of an API key.

    Args:
        header: the header that carries the key, beside `Authorization: ApiKey`.

        query_parameter: a parameter of the URL that may carry it; None is off,
            as a URL is written to logs and histories.

        lookup: `"strict"` reads each key at each request; `"bounded"` may use
            what was read up to `refresh` ago; `"off"` reads a key once, and then
            only its expiry ends it. What this process changes, it sees at once.

        cache_size: how many keys are kept with their principals; one takes some
            4 KB.

        store: an `ApiKeyStore`, its class, or its dotted path; None is the
            database.
    """

    keyword = transport.KEYWORD

    def __init__(
        self,
        name: str,
        *,
        realm: str = "api",
        header: str = "X-API-Key",
        query_parameter: str | None = None,
        lookup: Literal["strict", "bounded", "off"] = "strict",
        refresh: timedelta = timedelta(seconds=5),
        cache_size: int = 1024,
        store: str | type[ApiKeyStore] | ApiKeyStore | None = None,
    ) -> None:
        super().__init__(name, realm=realm)
        self.header = _checked_header(header)
        self.query_parameter = query_parameter
        self.store = _made_store(store)
        self.lookup = lookup
        self._cache = _cache_of(lookup, refresh, cache_size)

    @sensitive_variables("values", "text", "parsed")
    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Find the key in the request, look it up and judge it."""
        values = transport.presented(request, self.header, self.query_parameter)
        if not values:
            return NO_RESULT
        if transport.names_two(values):
            return AuthenticateResult.fail("invalid_request", "more than one API key")
        text = values[0]
        if len(text) > MAX_KEY_LENGTH:
            return self._refused(request, Cause.MALFORMED)
        presented = digest(text)
        last = self._cache.last(presented)
        if last is not None and self.lookup != "strict":
            entry = self._cache.get(presented, time.monotonic())
            if entry is not None:
                return self._judged(request, entry.record, presented, entry, kept=True)
        # A key that worked before is well-formed, and its id is known.
        parsed = parse(text) if last is None else last.record
        if parsed is None:
            return self._refused(request, Cause.MALFORMED)
        return self._judged(request, self.store.find(parsed.key_id), presented, last)

    async def aauthenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Do as `authenticate()`; a request without a key costs no thread hop."""
        if not transport.presented(request, self.header, self.query_parameter):
            return NO_RESULT
        return await super().aauthenticate(request)

    def _judged(
        self,
        request: HttpRequest,
        record: ApiKeyRecord | None,
        presented: str,
        entry: Entry | None,
        *,
        kept: bool = False,
    ) -> AuthenticateResult:
        now = timezone.now()
        cause = refusal(record, presented, now, lambda: client_ip(request))
        if cause is not None or record is None:
            key_id = None if record is None else record.key_id
            return self._refused(request, cause or Cause.UNKNOWN, key_id)
        if record.rate and not self._within_rate(request, record):
            return AuthenticateResult.fail("rate_limited", f"key {record.key_id}")
        self._note_use(request, record, presented, now)
        if entry is not None and (kept or self._is_same(entry, record)):
            return entry.result
        return self._made(record, presented)

    def _is_same(self, entry: Entry, record: ApiKeyRecord) -> bool:
        """Tell whether a key that was read again comes to what it came to before."""
        if self.lookup != "strict" or entry.record != record:
            return False
        # What it is made of: the record alone, or also what its owner may by now.
        return not asks_owner(record)

    def _made(self, record: ApiKeyRecord, presented: str) -> AuthenticateResult:
        found = AuthenticateResult.succeed(principal_of(record, self.name))
        # As a list of one, which is how it is asked for again and again.
        result = found.alone(self.name)
        self._cache.put(presented, Entry(record, result, time.monotonic()))
        return result

    def _within_rate(self, request: HttpRequest, record: ApiKeyRecord) -> bool:
        charged = charge(f"api_key:{record.key_id}", _rate(record.rate))
        if not charged.allowed:
            state_of(request).notes["retry_after"] = charged.retry_after
        return charged.allowed

    def _note_use(
        self, request: HttpRequest, record: ApiKeyRecord, presented: str, now: datetime
    ) -> None:
        previous = is_previous(record, presented)
        if not sampler.is_due(record.key_id, now, previous=previous):
            return
        client = client_ip(request)
        address = None if client is None else str(client)
        sampler.note(Sample(self.store, record, now, address, previous, get_ident()))

    def _refused(
        self, request: HttpRequest, cause: Cause, key_id: str | None = None
    ) -> AuthenticateResult:
        """Return one failure for every cause; the log and the signal have the cause."""
        logger.info("An API key was refused: %s (id %s).", cause.value, key_id or "-")
        api_key_rejected.send_robust(
            sender=type(self),
            request=request,
            scheme=self.name,
            cause=cause.value,
            key_id=key_id,
        )
        return AuthenticateResult.fail("invalid_api_key", cause.value)

    def challenge(self, request: HttpRequest, result: AuthenticateResult) -> str:
        """Return `ApiKey realm="..."`, with the error only where a key was refused."""
        value = f'{self.keyword} realm="{quoted(self.realm)}"'
        if result.code != "invalid_api_key":
            return value
        return f'{value}, error="{result.code}", error_description="{DESCRIPTION}"'

    def openapi(self) -> dict[str, Any]:
        """Return the header that carries the key."""
        return {"type": "apiKey", "in": "header", "name": self.header}

    def user(self, principal: ClaimsPrincipal) -> object:
        """
        Return the owner, or a `PrincipalUser` for a service.

        Where the key names permissions, the owner's user object grants these
        alone, and each only as long as the owner has it.
        """
        found = super().user(principal)
        if isinstance(found, PrincipalUser) or not hasattr(found, "has_perm"):
            return found
        narrowed = principal.find_first(NARROWED_TYPE)
        if narrowed is None:
            return found
        return owners.bound(found, frozenset(str(narrowed.value).split()))


def _checked_header(header: str) -> str:
    if _HEADER.fullmatch(header) and header.lower() not in {"authorization", "cookie"}:
        return header
    raise ValueError(
        f"header is {header!r}; the name of a header is expected, of letters, digits "
        "and '-' (never '_', which servers cannot tell from it)."
    )


def _made_store(store: Any) -> ApiKeyStore:
    found = load(store, "store") if store is not None else DatabaseStore
    made = found() if isinstance(found, type) else found
    if not isinstance(made, ApiKeyStore):
        raise TypeError(f"store is {store!r}; an ApiKeyStore has find() and used().")
    return made


def _cache_of(lookup: str, refresh: timedelta, size: int) -> KeyCache:
    ages = {"strict": 0.0, "bounded": refresh.total_seconds(), "off": None}
    if lookup not in ages:
        raise ValueError(f"lookup is {lookup!r}; {', '.join(ages)} are the modes.")
    if size < 1 or refresh <= timedelta(0):
        raise ValueError("cache_size and refresh are not positive; they are to be.")
    if lookup != "strict":
        _listen_to_owners()
    return KeyCache(size, ages[lookup])


def _listen_to_owners() -> None:
    # Of the user model and its proxies, whose signals are their own.
    user_model = get_user_model()
    for model in apps.get_models():
        if issubclass(model, user_model):
            uid = f"django_claimsauth.api_keys.{model._meta.label}"
            for signal in (post_save, post_delete):
                signal.connect(_owner_changed, sender=model, dispatch_uid=uid)


def _owner_changed(instance: Any, **kwargs: Any) -> None:
    forget_owner(instance.pk)
