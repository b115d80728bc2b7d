"""A document service: tenants, owners, drafts, and every kind of guarded view."""
