"""Cache keys that belong to one test."""

import os

VARIABLE = "CLAIMSAUTH_TEST_CACHE_PREFIX"


def key_of_this_test(key, key_prefix, version):
    """
    Make the key that the cache server sees.

    The prefix is in the environment, so that processes started by a test share it.
    """
    return f"{os.environ.get(VARIABLE, 'claimsauth')}:{key_prefix}:{version}:{key}"
