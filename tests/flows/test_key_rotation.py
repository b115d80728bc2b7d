"""A signing key is changed under load, and nobody notices."""

import json
import subprocess
import sys

MANY = 50


def test_not_one_token_is_refused_while_a_key_is_rotated(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.key_rotation", str(tmp_path / "keys")],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    seen = json.loads(done.stdout)
    assert 3 == len(seen)
    for each in seen:
        assert [] == each["refused"]
        # Both keys signed, many times.
        assert 2 == len(each["verified"])
        assert min(each["verified"]) > MANY
    assert 1 == len(list((tmp_path / "keys").glob("*.pem")))
