"""Tasks of one request that ask at the same time are answered once."""

import asyncio

from django.test import RequestFactory, override_settings

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler, schemes
from django_claimsauth.claims import Claim, ClaimsPrincipal

ASKED = []


class SlowHandler(SchemeHandler):
    async def aauthenticate(self, request):
        ASKED.append("authenticate")
        await asyncio.sleep(0.01)
        return AuthenticateResult.succeed(ClaimsPrincipal.of("slow", {"sub": "1"}))


async def enrich(principal, request):
    ASKED.append("transform")
    await asyncio.sleep(0.01)
    identity = principal.identity.with_claims(Claim("tier", "gold"))
    return ClaimsPrincipal([identity])


def test_scheme_and_transformation_run_once_for_two_tasks():
    settings = {
        "SCHEMES": {"slow": {"BACKEND": f"{__name__}.SlowHandler"}},
        "CLAIMS_TRANSFORMATIONS": [enrich],
    }
    request = RequestFactory().get("/")

    async def both():
        return await asyncio.gather(
            schemes.aauthenticate(request, ["slow"]),
            schemes.aauthenticate(request, ["slow"]),
            schemes.achallenge(request, ["slow"]),
        )

    ASKED.clear()
    with override_settings(CLAIMSAUTH=settings):
        first, second, _ = asyncio.run(both())

    assert ["authenticate", "transform"] == ASKED
    assert first.principal is second.principal
    assert first.principal.has_claim("tier", "gold")
