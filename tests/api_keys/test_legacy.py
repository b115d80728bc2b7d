"""Old credentials are accepted while a project changes over, and counted."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_keys_and_tokens_of_the_real_packages():
    """See `legacy_cases.py`; its own process, with the packages installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["--ds=tests.api_keys.legacy_settings", "tests/api_keys/legacy_cases.py"]
    # The name of a database that other runs do not use.
    suffix = f"{os.environ.get('CLAIMSAUTH_TEST_DB_SUFFIX', '')}_{os.getpid()}"
    environment = {**os.environ, "CLAIMSAUTH_TEST_DB_SUFFIX": suffix}

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stdout[-8000:] + done.stderr[-2000:]
