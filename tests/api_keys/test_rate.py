"""The rate of a key, exact between processes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.format import new_key
from django_claimsauth.authentication.requests import state_of

ROOT = Path(__file__).parents[2]
WORKER = """
import sys, time, django
django.setup()
from django_claimsauth.authentication.rates import Rate, charge
start, requests = float(sys.argv[1]), int(sys.argv[2])
while time.time() < start:
    time.sleep(0.001)
rate = Rate(500, "day")
print(sum(charge("api_key:shared", rate).allowed for _ in range(requests)))
"""


@pytest.mark.django_db
class TestRate:
    def test_within_it_a_key_works_and_beyond_it_does_not(self, present):
        issued = flows.issue("k", rate="2/day")

        assert [None, None, "rate_limited"] == [
            present(issued.secret).code for _ in range(3)
        ]

    def test_the_request_knows_when_to_come_again(self, handler, bearing):
        issued = flows.issue("k", rate="1/minute")
        handler.authenticate(bearing(issued.secret))
        request = bearing(issued.secret)

        handler.authenticate(request)

        assert 1 <= state_of(request).notes["retry_after"] <= 60

    def test_keys_do_not_share_it(self, present):
        one, two = (flows.issue(name, rate="1/day") for name in "ab")

        assert present(one.secret)
        assert present(two.secret)
        assert not present(one.secret)

    def test_a_rotation_does_not_renew_it(self, present):
        issued = flows.issue("k", rate="1/day")
        assert present(issued.secret)

        assert "rate_limited" == present(flows.rotate(issued.api_key).secret).code

    def test_wrong_secrets_do_not_use_it_up(self, present):
        issued = flows.issue("k", rate="1/day")
        for _ in range(5):
            assert not present(new_key(issued.api_key.public_id))

        assert present(issued.secret)


@pytest.mark.redis
def test_four_processes_pass_exactly_the_limit():
    """500 a day, asked 4 x 250 times at once."""
    command = [sys.executable, "-c", WORKER, str(time.time() + 2), "250"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    passed = [int(each.communicate(timeout=60)[0]) for each in workers]

    assert 500 == sum(passed)
