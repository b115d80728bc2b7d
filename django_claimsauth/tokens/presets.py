"""
What tokens of the usual providers look like, as the options of a scheme.

Each function returns a dict of plain options, for settings: `{**auth0(...), ...}`
changes what is different. Nothing is asked for before a token is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.issuers import TENANT, Issuer, IssuerTemplate

if TYPE_CHECKING:
    from django_claimsauth.claims import ClaimsPrincipal

ENTRA_LOGIN = "https://login.microsoftonline.com"
ENTRA_STS = "https://sts.windows.net"
#: Names that stand for several tenants, and are none.
NO_TENANTS = frozenset({"common", "organizations", "consumers"})
#: By version, what an access token has and an ID token has not.
ENTRA_CLIENT = {1: "appid", 2: "azp"}

Tenants = str | Sequence[str] | Callable[[str], bool]
Options = dict[str, Any]


def entra_id(
    tenants: Tenants,
    audiences: Sequence[str],
    *,
    versions: Sequence[int] = (2,),
    login: str = ENTRA_LOGIN,
    sts: str = ENTRA_STS,
) -> Options:
    """
    Return the options for access tokens of Microsoft Entra ID.

    Args:
        tenants: the id of the one tenant, a list of ids, or a predicate that is
            True for one.

        audiences: the API's client id, for version 1 its application id URI too.

        versions: 2, 1, or both: what `accessTokenAcceptedVersion` of the API says.

        login, sts: the hosts of a national cloud.

    Raises:
        SettingsError: `common` or its like for a tenant, or an unknown version.
    """
    _check_entra(tenants, versions)
    issuers = {
        _entra_name(tenants, version, login, sts): Issuer(
            authority=_entra_authority(tenants, version, login),
            required_claims=["sub", "tid", "oid", ENTRA_CLIENT[version]],
        )
        for version in versions
    }
    return {
        "issuers": issuers,
        "audiences": audiences,
        "algorithms": ["RS256"],
        "token_types": ["JWT"],
    }


def has_group_overage(principal: ClaimsPrincipal) -> bool:
    """
    Tell whether a user of Entra ID has more groups than the token holds.

    Then there is no claim `groups` at all; the groups have to be asked for.
    """
    named = principal.find_first("_claim_names")
    if named is not None and isinstance(named.value, Mapping):
        return "groups" in named.value
    return principal.has_claim("hasgroups", value=True)


def auth0(
    domain: str,
    audiences: Sequence[str],
    *,
    namespace: str | None = None,
    namespaced: Sequence[str] = ("roles",),
) -> Options:
    """
    Return the options for access tokens of Auth0, in either of its profiles.

    Args:
        domain: the tenant's, or one of one's own: `example.eu.auth0.com`.

        audiences: the API's identifier.

        namespace: what the names of the project's own claims begin with.

        namespaced: which of those get their plain name.
    """
    options: Options = {
        "authority": f"https://{domain}/",
        "audiences": audiences,
        "algorithms": ["RS256"],
        "token_types": ["at+jwt", "JWT"],
    }
    if namespace is not None:
        options["claim_map"] = {f"{namespace}{name}": name for name in namespaced}
    return options


def duende(authority: str, audiences: Sequence[str]) -> Options:
    """
    Return the options for access tokens of Duende IdentityServer.

    A client's own token has no `sub`, and its claims begin with `client_`.
    """
    return {
        "authority": authority,
        "audiences": audiences,
        "token_types": ["at+jwt"],
        "required_claims": ["client_id"],
        "role_type": "role",
    }


def duende_reference(authority: str, api_resource: str, secret: Any) -> Options:
    """
    Return the options for reference tokens of Duende IdentityServer.

    Args:
        api_resource: the name of the ApiResource, who asks with its `secret`.
    """
    return {
        "authority": authority,
        "client_id": api_resource,
        "client_secret": secret,
        "audiences": [api_resource],
        "token_types": ["access_token"],
        "role_type": "role",
    }


def openiddict(authority: str, audiences: Sequence[str]) -> Options:
    """
    Return the options for access tokens of OpenIddict that are not encrypted.

    Args:
        authority: the issuer; as a rule it ends with a slash.
    """
    return {
        "authority": authority,
        "audiences": audiences,
        "token_types": ["at+jwt"],
        "role_type": "role",
    }


def openiddict_reference(
    authority: str, client_id: str, secret: Any, audiences: Sequence[str]
) -> Options:
    """Return the options for reference tokens of OpenIddict, or encrypted ones."""
    return {
        "authority": authority,
        "client_id": client_id,
        "client_secret": secret,
        "audiences": audiences,
        # Its own member says what the token is for.
        "token_types": ["Bearer", None],
        "required_claims": ["token_usage"],
        "role_type": "role",
    }


def keycloak(
    url: str, realm: str, audiences: Sequence[str], *, clients: Sequence[str] = ()
) -> Options:
    """
    Return the options for access tokens of Keycloak; realm roles become `roles`.

    Args:
        url: the server's, `https://login.example`, without a slash at the end.

        audiences: what an audience mapper puts into `aud`; by itself it is `account`.

        clients: the clients whose roles become `roles` as well.
    """
    paths = [("realm_access",), *(("resource_access", client) for client in clients)]
    return {
        "authority": f"{url}/realms/{realm}",
        "audiences": audiences,
        "token_types": ["JWT", "at+jwt"],
        "required_claims": ["sub", "typ"],
        "name_type": "preferred_username",
        "claim_map": {(*path, "roles"): "roles" for path in paths},
    }


def google_id_tokens(client_ids: Sequence[str]) -> Options:
    """
    Return the options for ID tokens of Google, whose access tokens are its own.

    An ID token says who signed in, to the client that asked; with this option the
    API counts itself as one. Of whom it may be, a policy says (`hd`).
    """
    return {
        "authority": "https://accounts.google.com",
        "audiences": client_ids,
        "algorithms": ["RS256"],
        "token_types": ["JWT"],
        "required_claims": ["sub", "azp"],
        "accept_id_tokens": True,
    }


def _check_entra(tenants: Tenants, versions: Sequence[int]) -> None:
    if isinstance(tenants, str) and (tenants in NO_TENANTS or not tenants):
        raise SettingsError(
            f"{tenants!r} is no tenant; the id of one, a list of ids or a predicate "
            "is expected."
        )
    if not versions or not set(versions) <= set(ENTRA_CLIENT):
        raise SettingsError(f"versions is {versions!r}; 1, 2 or both are expected.")


def _entra_name(
    tenants: Tenants, version: int, login: str, sts: str
) -> str | IssuerTemplate:
    template = {1: f"{sts}/{TENANT}/", 2: f"{login}/{TENANT}/v2.0"}[version]
    if isinstance(tenants, str):
        return template.replace(TENANT, tenants)
    return IssuerTemplate(template, tenants)


def _entra_authority(tenants: Tenants, version: int, login: str) -> str:
    # Of several tenants the metadata is common, and its issuer the template.
    place = tenants if isinstance(tenants, str) else "organizations"
    return {1: f"{login}/{place}", 2: f"{login}/{place}/v2.0"}[version]
