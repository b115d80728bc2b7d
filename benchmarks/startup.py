"""
What importing and starting this package takes beyond Django and DRF.

    python -m benchmarks.startup [--quick]
"""

import json
import statistics
import subprocess
import sys

from benchmarks import reporting

#: DESIGN: milliseconds beyond Django with DRF.
BUDGET = 60
CASES = {
    "Django and DRF": [],
    "started": ["django_claimsauth"],
    "started, and one token verified": ["django_claimsauth", "--first-token"],
    "simplejwt, with the blacklist": [
        "rest_framework_simplejwt",
        "rest_framework_simplejwt.token_blacklist",
    ],
    "django-oauth-toolkit": ["oauth2_provider"],
    "allauth headless": ["allauth", "allauth.account", "allauth.headless"],
    "guardian": ["guardian"],
}
PEERS = {"simplejwt, with the blacklist", "django-oauth-toolkit", "allauth headless",
         "guardian"}  # fmt: skip
FLOOR = "nothing: these are milliseconds beyond Django with DRF"


def run(*, quick=False):
    """Measure, and yield the table."""
    taken = {name: [] for name in CASES}
    for number in range(4 if quick else 16):
        for name, arguments in CASES.items():
            milliseconds = _started(arguments)
            if number:
                # The first round writes the byte code.
                taken[name].append(milliseconds)
    rows = [_row(name, taken) for name in CASES if name != "Django and DRF"]
    yield reporting.Table("Start-up", FLOOR, tuple(rows))


def _row(name, taken):
    beyond = sorted(
        mine - floor
        for mine, floor in zip(taken[name], taken["Django and DRF"], strict=True)
    )
    return reporting.Row(
        name,
        statistics.median(beyond),
        beyond[0],
        beyond[-1],
        BUDGET if name == "started" else None,
        unit=" ms",
        peer=name in PEERS,
    )


def _started(arguments):
    command = [sys.executable, "-m", "benchmarks.site.starting", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["startup"])
