"""
The sections of `settings.CLAIMSAUTH`, each a frozen dataclass.

A setting is its field's name in capitals, and the field's default is the
setting's. They do not print what they hold: a secret may be among it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from django_claimsauth.errors import SettingsError

NAME: Final = "CLAIMSAUTH"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class ForwardSettings:
    """Where a scheme's operations go: specific before selector before default."""

    selector: str | Callable[..., str | None] | None = None
    default: str | None = None
    authenticate: str | None = None
    challenge: str | None = None
    forbid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class SchemeSettings:
    """One entry of `SCHEMES`."""

    backend: str | type | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    forward: ForwardSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
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
