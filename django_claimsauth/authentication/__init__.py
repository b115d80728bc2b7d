"""Who is calling: results, the contract of a scheme, the named schemes."""

from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authentication.transformation import ClaimsTransformation

__all__ = ["AuthenticateResult", "ClaimsTransformation", "SchemeHandler", "schemes"]
