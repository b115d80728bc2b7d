"""Who may do what. Found at start-up, as each app's `policies.py` is."""

from django_claimsauth.authorization import (
    RequireRole,
    RequireScope,
    claim,
    policies,
    resource,
)
from example_project.documents.models import Document
from example_project.documents.requirements import MinimumAge

# Rules: each judges one document, and narrows a list of them in SQL.
owned = resource.owner_id == claim("sub")
shared = resource.shared_with.includes(claim("sub"))
of_tenant = resource.tenant.slug == claim("tenant")
published = resource.state == Document.State.PUBLISHED
draft = resource.state == Document.State.DRAFT

policies.add("documents.read", owned | shared | (of_tenant & published))
policies.add("documents.create", owned & of_tenant)
policies.add("documents.edit", of_tenant & (owned | RequireRole("editor")))
policies.add("documents.publish", of_tenant & owned)
policies.add("documents.delete", owned & draft)

policies.add("AtLeast21", MinimumAge(21))
policies.add("statistics", RequireScope("statistics.read"), schemes=["api_key"])
