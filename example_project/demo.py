"""`make demo`: start the example under waitress, ask it everything, stop it."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_STOP = 30


def main():
    """Return the exit code: 0 where every answer was the expected one."""
    # Whoever ends the demo ends its server with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
    var = ROOT / "var"
    var.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var, prefix="demo-") as folder:
        # A database of its own: what was done in `make serve` changes no answer.
        os.environ["EXAMPLE_VAR"] = folder
        log = Path(folder, "server.log")
        with running_server(log) as address:
            failure = tour(address) if address else "the start of the server"
        if failure is None:
            return 0
        print(f"\nThe server said:\n{tail(log)}", file=sys.stderr)
        print(f"\nThe tour failed at {failure}", file=sys.stderr)
        return 1


@contextmanager
def running_server(log):
    """Yield the address of a server of our own, on a free port; "" if it failed."""
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "example_project.serve", "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            stop(process)


def stop(process):
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()


def tour(address):
    """Return None, or which answer differed from the expected one, and how."""
    django.setup()
    from example_project.tour.guide import Guide, WrongAnswerError
    from example_project.tour.steps import STEPS

    print(f"The example is running at {address}\n")
    guide = Guide(address)
    for step in STEPS:
        try:
            step(guide)
        except WrongAnswerError as error:
            return f"{step.__name__}\n{error}"
        except Exception as error:  # noqa: BLE001  # whatever it is, the step is named
            return f"{step.__name__}\n{error!r}"
    print(f"\n{guide.rows} rows, each as expected. `make serve` leaves it running.")
    return None


def tail(log, lines=20):
    return "\n".join(log.read_text(encoding="utf-8").splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(main())
