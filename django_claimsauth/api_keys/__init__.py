"""
API keys: a service is a principal too.

    from django_claimsauth.api_keys import flows as api_keys

    issued = api_keys.issue("nightly export", owner=user, scopes=["reports.read"])
    issued.secret  # the key itself, in this return value and nowhere else
"""
