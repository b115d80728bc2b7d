"""
OpenAPI by drf-spectacular (extra `openapi`): schemes, and what endpoints accept.

The extension describes our authentication classes; `PolicyAutoSchema`, set as
`REST_FRAMEWORK["DEFAULT_SCHEMA_CLASS"]`, also reads what `@authorize` and the
policies say about schemes, and documents the answers 401 and 403.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization.enforcement import combined
from django_claimsauth.authorization.metadata import EndpointMetadata, metadata_of
from django_claimsauth.drf.authentication import SchemeAuthentication
from django_claimsauth.drf.permissions import shape_of

REFUSALS = {"401": "Nobody is authenticated.", "403": "Not allowed."}


class SchemeExtension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `SchemeAuthentication` and its subclasses by their handlers."""

    target_class = SchemeAuthentication
    match_subclasses = True

    @property
    def name(self) -> str:  # type: ignore[override]  # each instance's own
        """The scheme's alias, also in the document."""
        return self.target.scheme or schemes.default("authenticate")

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the security scheme object of the handler."""
        return schemes[self.name].openapi()


class PolicyAutoSchema(AutoSchema):
    """Writes operations with the schemes and the refusals of their policies."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the security requirements: any one of them will do."""
        metadata = self._metadata()
        if not metadata.is_declared:
            return super().get_auth()
        names = combined(metadata.asked).schemes if metadata.asked else ()
        accepted = names or (schemes.default("authenticate"),)
        for alias in accepted:
            self._register(alias)
        required: list[dict[str, Any]] = [{alias: []} for alias in accepted]
        return required if metadata.asked else [*required, {}]

    def get_response_serializers(self) -> Any:
        """Return what a view says that it answers with, where that is not its body."""
        own = getattr(self.view, "response_serializer_class", None)
        return super().get_response_serializers() if own is None else own

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation, its refusals included."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and self._metadata().asked:
            for status, text in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": text})
        return operation

    def _metadata(self) -> EndpointMetadata:
        return metadata_of(shape_of(self.view), self.method)

    def _register(self, alias: str) -> None:
        self.registry.register_on_missing(
            ResolvedComponent(  # type: ignore[no-untyped-call]
                name=alias,
                type=ResolvedComponent.SECURITY_SCHEMA,
                object=alias,
                schema=schemes[alias].openapi(),
            )
        )
