"""
ASP.NET Core's authentication and authorization model for Django REST Framework.

Named schemes turn a request into a claims principal; named policies decide what
that principal may do. Import from the rooms: `claims`, `authentication`,
`authorization`, `drf`, `tokens`, `api_keys`.
"""

__version__ = "0.1.0"
