"""Shows in a header how often each app's tables were asked."""

import re
from collections import Counter

from django.db import connection

TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE) "([a-z]+)_')


class QueryCountMiddleware:
    """Adds `X-Queries: claimsauth=1, documents=1`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        counts = Counter()

        def count(execute, sql, params, many, context):
            if table := TABLE.search(sql):
                counts[table[1]] += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        shown = (f"{app}={times}" for app, times in sorted(counts.items()))
        response["X-Queries"] = ", ".join(shown)
        return response
