"""
The only reader of `settings.CLAIMSAUTH`: typed, validated, read at use.

Each section is a frozen dataclass; a setting is its field's name in capitals,
and the field's default is the setting's. Unknown keys are errors that name the
near miss. What was read is dropped when Django says that a setting changed.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from django_claimsauth.errors import ConfigurationError, SettingsError, near_miss

# `errors` knows no Django; here, where Django is known, the operator's mistakes
# become what Django's own tools expect of a wrong setting.
ConfigurationError.__bases__ += (ImproperlyConfigured,)

NAME = "CLAIMSAUTH"
ALIAS = re.compile(r"[A-Za-z0-9_-]+")
Section = TypeVar("Section")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardSettings:
    """Where a scheme's operations go: specific before selector before default."""

    selector: str | Callable[..., str | None] | None = None
    default: str | None = None
    authenticate: str | None = None
    challenge: str | None = None
    forbid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeSettings:
    """One entry of `SCHEMES`."""

    backend: str | type | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    forward: ForwardSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """The section `TOKENS`: issuing, refreshing and revoking."""

    issuer: str | None = None
    audience: str | Sequence[str] | None = None
    signing_keys: Sequence[Any] = ()
    algorithm: str = "ES256"
    access_token_lifetime: timedelta = timedelta(minutes=10)
    leeway: timedelta = timedelta(seconds=60)
    refresh_token_idle_lifetime: timedelta = timedelta(days=14)
    refresh_token_absolute_lifetime: timedelta = timedelta(days=90)
    refresh_retry_window: timedelta = timedelta(seconds=10)
    reuse_policy: Literal["family", "user"] = "family"
    revocation: Literal["strict", "bounded", "off"] = "strict"
    revocation_interval: timedelta = timedelta(seconds=5)
    revocation_cache: str | None = None
    claims: str | Callable[..., Any] | None = None
    scopes: Sequence[str] = ()
    default_client: str = "first-party"
    store_user_agent: bool = True
    store_ip_address: bool = True
    endpoints: Sequence[str] = (
        "sign-in",
        "refresh",
        "sign-out",
        "sign-out-everywhere",
        "sessions",
        "revoke",
        "introspect",
        "jwks",
        "metadata",
    )
    jwks_max_age: timedelta = timedelta(minutes=5)
    client_schemes: Sequence[str] = ("api_key",)
    revocation_scope: str = "tokens.revoke"
    introspection_scope: str = "tokens.introspect"
    refresh_transport: Literal["body", "cookie"] = "body"
    refresh_cookie_name: str = "__Host-refresh_token"
    refresh_cookie_samesite: Literal["Strict", "Lax"] = "Strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class APIKeySettings:
    """
    The section `API_KEYS`: what a key looks like and how long it lives.

    Args:
        prefix: the vendor's, in front of every key; `environment` follows it
            (`live`, `test`), so that a key of one is refused by the other.

        previous_prefixes: whole prefixes (`acme_live`) that are still accepted.

        default_lifetime: of a key that is issued without an expiry; None is
            for ever. `max_lifetime` bounds every key.

        max_keys_per_owner: how many keys a user has that are not revoked.

        rotation_overlap: how long the old secret works beside the new one.

        expiry_warning: how long before its end a key is reported as expiring.

        owner_scopes: a function of a user, or its dotted path, that returns the
            scopes which the user's keys may carry; None does not bound them.

        recent_authentication: how long ago a user may have signed in who issues,
            rotates or revokes keys at the endpoints; None asks for none.

        issuing_scope: the scope by which a key may do so, instead of a sign-in.
    """

    prefix: str = "key"
    environment: str | None = None
    previous_prefixes: Sequence[str] = ()
    default_lifetime: timedelta | None = None
    max_lifetime: timedelta | None = None
    max_keys_per_owner: int | None = 50
    rotation_overlap: timedelta = timedelta(hours=24)
    expiry_warning: timedelta = timedelta(days=14)
    owner_scopes: str | Callable[..., Any] | None = None
    recent_authentication: timedelta | None = timedelta(minutes=10)
    issuing_scope: str = "api_keys.manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySettings:
    """The section `PASSKEYS`: whom browsers trust, and what a passkey must prove."""

    rp_id: str | None = None
    rp_name: str | None = None
    origins: Sequence[str] = ()
    allow_cross_origin: bool = False
    top_origins: Sequence[str] = ()
    user_verification: Literal["required", "preferred", "discouraged"] = "required"
    resident_key: Literal["required", "preferred", "discouraged"] = "required"
    authenticator_attachment: Literal["platform", "cross-platform"] | None = None
    algorithms: Sequence[int] = (-8, -7, -257)
    attestation: Literal["none", "indirect", "direct", "enterprise"] = "none"
    attestation_roots: Mapping[str, Any] = field(default_factory=dict)
    verify_attestation: str | Callable[..., Any] | None = None
    counter: Literal["refuse", "report"] = "refuse"
    challenge_lifetime: timedelta = timedelta(minutes=5)
    max_per_user: int = 20
    recent_authentication: timedelta = timedelta(minutes=10)
    success: Literal["tokens", "session"] = "tokens"
    session_backend: str | None = None
    sign_up: bool = False
    create_user: str | Callable[..., Any] | None = None
    other_ways_in: str | Callable[..., Any] | None = None
    aaguid_names: str | Mapping[str, Any] | None = None
    browser_cookie_name: str = "__Host-passkey_browser"
    browser_cookie_samesite: Literal["Strict", "Lax", "None"] = "Strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`settings.CLAIMSAUTH` as a whole."""

    schemes: Mapping[str, SchemeSettings] = field(default_factory=dict)
    default_scheme: str | None = None
    default_authenticate_scheme: str | None = None
    default_challenge_scheme: str | None = None
    default_forbid_scheme: str | None = None
    claims_transformations: Sequence[Any] = ()
    invalid_credentials: Literal["policy", "reject"] = "policy"
    default_policy: str | None = None
    fallback_policy: str | None = "authenticated"
    # View names (a pattern) or paths (from "/"). The admin guards itself.
    fallback_exempt: Sequence[str] = ("admin:*",)
    policy_provider: str | Callable[..., Any] | None = None
    handlers_after_veto: bool = True
    hide_forbidden_resources: bool = True
    problem_details: bool = False
    insufficient_scope: bool = False
    trusted_proxy_count: int = 0
    pepper: str | Callable[[], str] | None = None
    tokens: TokenSettings = field(default_factory=TokenSettings)
    api_keys: APIKeySettings = field(default_factory=APIKeySettings)
    passkeys: PasskeySettings = field(default_factory=PasskeySettings)

    def __post_init__(self) -> None:
        if self.trusted_proxy_count < 0:
            raise SettingsError(
                f"{NAME}['TRUSTED_PROXY_COUNT'] is {self.trusted_proxy_count}; a "
                "number of proxies is expected, 0 for none."
            )


class LazySettings:
    """Reads `settings.CLAIMSAUTH` at first use, and again after it changed."""

    def __init__(self) -> None:
        self._read: Settings | None = None
        self._dropped: list[Callable[[], None]] = []

    def current(self) -> Settings:
        """
        Return the settings as they are now.

        Raises:
            SettingsError: an unknown key, or a value of the wrong type.
        """
        known = self._read
        if known is None:
            known = read(Settings, getattr(django_settings, NAME, {}), NAME)
            self._read = known
        return known

    def on_drop(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this whenever the settings are dropped: what they made is old."""
        self._dropped.append(callback)
        return callback

    def drop(self, **kwargs: Any) -> None:
        """Forget what was read, when `setting` is ours or is not named."""
        if kwargs.get("setting", NAME) != NAME:
            return
        self._read = None
        for callback in self._dropped:
            callback()

    if typing.TYPE_CHECKING:
        schemes: Mapping[str, SchemeSettings]
        default_scheme: str | None
        default_authenticate_scheme: str | None
        default_challenge_scheme: str | None
        default_forbid_scheme: str | None
        claims_transformations: Sequence[Any]
        invalid_credentials: str
        default_policy: str | None
        fallback_policy: str | None
        fallback_exempt: Sequence[str]
        policy_provider: str | Callable[..., Any] | None
        handlers_after_veto: bool
        hide_forbidden_resources: bool
        problem_details: bool
        insufficient_scope: bool
        trusted_proxy_count: int
        pepper: str | Callable[[], str] | None
        tokens: TokenSettings
        api_keys: APIKeySettings
        passkeys: PasskeySettings
    else:

        def __getattr__(self, name: str) -> Any:
            return getattr(self.current(), name)


settings = LazySettings()
setting_changed.connect(settings.drop, dispatch_uid="django_claimsauth.conf")


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
