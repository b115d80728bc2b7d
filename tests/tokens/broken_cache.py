"""A cache that is not there."""

from django.core.cache.backends.base import BaseCache


class BrokenCache(BaseCache):
    """Every call fails, as with a server that cannot be reached."""

    def __init__(self, location, params):
        super().__init__(params)

    def get(self, key, default=None, version=None):
        """Fail."""
        raise ConnectionError("no route to host")

    def set(self, key, value, timeout=None, version=None):
        """Fail."""
        raise ConnectionError("no route to host")
