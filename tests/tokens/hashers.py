"""A hasher that counts how often it is asked."""

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Counts every hash of a password, for whatever reason."""

    hashed = 0

    def encode(self, password, salt):
        """Count, and hash."""
        CountingHasher.hashed += 1
        return super().encode(password, salt)
