"""The example as a process of its own, as `make serve` and `make demo` have it."""

import os
import subprocess
import sys
from contextlib import contextmanager

from tests.structure.source import ROOT

# Generous: other tests run beside these, and passwords are slow on purpose.
SECONDS = 180


def environment(**variables):
    """Return the environment of a process that runs the example, warnings as errors."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("EXAMPLE_")
    }
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    # Workers of a test run have a narrow terminal; the table is read whole here.
    inherited.pop("COLUMNS", None)
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        **{name: str(value) for name, value in variables.items()},
    }


def run(*arguments, cwd=ROOT, **variables):
    """Run one of the example's modules to its end."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def serving(var, *arguments):
    """Yield what `python -m example_project.serve` says first, and the process."""
    with (var / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "example_project.serve", *arguments],
            cwd=ROOT,
            env=environment(EXAMPLE_VAR=var),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            process.wait(SECONDS)
