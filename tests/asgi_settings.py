"""The settings of `tests.asgi`: the suite's, with schemes that need no database."""

from tests.schemes import claimsauth
from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.asgi"
CLAIMSAUTH = claimsauth()
