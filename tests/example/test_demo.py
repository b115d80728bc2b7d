"""`make demo` and `make serve`, as processes."""

import shutil
import signal
import socket
import subprocess
import sys

import pytest

from example_project.demo import tour
from example_project.serve import PORT
from example_project.tour.client import Client
from tests.example.running import SECONDS, environment, run, serving
from tests.structure.source import ROOT

DEMO = [sys.executable, "-m", "example_project.demo"]
POINTS = [
    ("anonymous", "/api/documents/", '401     Bearer realm="api", ApiKey realm="api"'),
    ("alice", "/tokens/sign-in/", "200     an access and a refresh token"),
    ("alice", "/api/documents/", "one query for the token, one for the list"),
    ("alice", "PATCH", "200     her own"),
    ("alice", "PATCH", "403     another's of the same tenant"),
    ("alice", "PATCH", "404     another tenant's"),
    ("alice", "/api/wine-list/", "403     AtLeast21"),
    ("bob", "/api/wine-list/", "200     AtLeast21"),
    ("operator", "issue_api_key --format json", "exit 0"),
    ("service", "/api/statistics/", "200"),
    ("service", "/api/me/", '401     Bearer realm="api"'),
    ("broken", "/api/me/", 'error_description="The token\'s signature is invalid."'),
    ("expired", "/api/me/", 'error_description="The token has expired."'),
    ("misled", "/api/me/", "issued for another audience."),
    ("alice", "/tokens/refresh/", "200     both tokens are new"),
    ("thief", "/tokens/refresh/", "400     the old one again"),
    ("alice", "/tokens/refresh/", "400     so the new one is dead too"),
    ("bob", "/tokens/sign-out/", "204"),
    ("bob", "/api/me/", 'error_description="The token has been revoked."'),
    ("operator", "revoke_api_key", "exit 0"),
    ("service", "/api/statistics/", 'error="invalid_api_key"'),
    ("anonymous", "/undeclared/", "401"),
]


@pytest.fixture(name="checkout")
def _checkout(tmp_path):
    """A copy of the example in a folder with a space, free to be spoilt."""
    folder = tmp_path / "a folder with spaces"
    leave_out = shutil.ignore_patterns("__pycache__")
    target = folder / "example_project"
    shutil.copytree(ROOT / "example_project", target, ignore=leave_out)
    return folder


def spoil(checkout, file, old, new):
    path = checkout / "example_project" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_demo_shows_every_point_twice_at_once_and_leaves_nothing(checkout):
    demos = [
        subprocess.Popen(
            DEMO, cwd=checkout, env=environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    printed = [each.communicate(timeout=SECONDS)[0] for each in demos]

    assert [0, 0] == [each.returncode for each in demos], printed
    for table in printed:
        lines = table.splitlines()
        for who, request, point in POINTS:
            assert any(
                line.startswith(who) and request in line and point in line
                for line in lines
            ), (who, request, point, table)
    assert [] == list((checkout / "var").iterdir())


def test_the_demo_fails_where_an_answer_differs_and_names_the_step(checkout):
    stand_aside = "        return\n"
    wave_through = "        context.succeed(requirement)\n" + stand_aside
    spoil(checkout, "documents/requirements.py", stand_aside, wave_through)

    done = run("example_project.demo", cwd=checkout)

    assert 1 == done.returncode
    assert "only_the_old_enough_see_the_wine_list" in done.stderr
    assert (
        "alice: GET /api/wine-list/\n  status: expected 403, found 200" in done.stderr
    )


def test_the_demo_fails_where_the_server_does_not_start(checkout):
    spoil(checkout, "urls.py", "from example_project.documents", "from nowhere")

    done = run("example_project.demo", cwd=checkout)

    assert 1 == done.returncode
    assert "the start of the server" in done.stderr
    assert "nowhere" in done.stderr


def test_a_tour_without_a_server_names_its_first_step():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"

    failure = tour(address)

    assert failure.startswith("anonymous_is_challenged\nanonymous: GET /api/documents/")
    assert "no answer" in failure


def test_it_is_served_elsewhere_where_the_default_port_is_taken(tmp_path):
    try:
        taken = socket.create_server(("127.0.0.1", PORT))
    except OSError:  # by somebody else, which is as well
        taken = socket.socket()
    with taken, serving(tmp_path) as (address, _):
        assert not address.endswith(f":{PORT}/")
        assert 200 == Client(address).ask("GET", "/").status


def test_it_is_served_again_with_what_was_there(tmp_path):
    for _ in range(2):
        with serving(tmp_path, "--port", "0") as (address, process):
            assert 200 == Client(address).ask("GET", "/").status
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(SECONDS)

    keys = [each for each in (tmp_path / "keys").iterdir() if each.suffix == ".pem"]
    assert 1 == len(keys)


def test_passwords_that_all_know_are_refused_without_debug(tmp_path):
    done = run(
        "example_project.serve",
        EXAMPLE_VAR=tmp_path,
        EXAMPLE_DEBUG="0",
        EXAMPLE_SECRET_KEY="x" * 50,
    )

    assert 1 == done.returncode
    assert "passwords are public" in done.stderr


@pytest.fixture(name="interruptible")
def _interruptible():
    """
    Have what is started here feel Ctrl-C.

    Whatever runs in the background of a shell ignores it, and hands that down.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_ended_takes_its_server_with_it(checkout, sent):
    demo = subprocess.Popen(
        DEMO, cwd=checkout, env=environment(), stdout=subprocess.PIPE, text=True
    )
    address = demo.stdout.readline().rpartition(" ")[2].strip()

    demo.send_signal(sent)
    demo.communicate(timeout=SECONDS)

    assert 0 != demo.returncode
    with pytest.raises(OSError, match="refused"):
        Client(address).ask("GET", "/")
    assert [] == list((checkout / "var").iterdir())
