"""`make serve`: the example under waitress, until it is interrupted."""

import argparse
import os
import signal
import socket
import sys
from contextlib import closing, suppress
from functools import partial

import django
from django.core.management import CommandError, call_command

HOST = "127.0.0.1"
PORT = 8000
THREADS = 16


def prepare():
    """Migrate, load the demo's data, and see to a signing key; twice does it once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    from example_project.settings import VAR

    django.setup()
    run = partial(call_command, verbosity=0, stdout=sys.stderr)
    if not any(VAR.glob("keys/*")):
        run("create_signing_key")
    run("check")
    run("migrate")
    run("load_demo")


def free_port(port):
    """Return the port, or a free one if it is taken."""
    for each in (port, 0):
        with suppress(OSError), socket.create_server((HOST, each)) as found:
            return found.getsockname()[1]
    return port


def open_server(port):
    """Return a server at this port of the loopback, or at a free one if it is taken."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application
    from waitress import create_server

    # The admin's and the browsable API's files; a web server has them elsewhere.
    application = StaticFilesHandler(get_wsgi_application())
    try:
        return create_server(application, host=HOST, port=port, threads=THREADS)
    except OSError:
        return create_server(application, host=HOST, port=0, threads=THREADS)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m example_project.serve")
    parser.add_argument("--port", type=int, default=PORT, help="0 is any free one")
    options = parser.parse_args(arguments)
    # A polite end on SIGTERM as well as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = free_port(options.port)
    # Passkeys are for an origin, and the port is part of it.
    os.environ["EXAMPLE_PORT"] = str(port)
    try:
        prepare()
    except CommandError as error:
        sys.exit(f"The example was not started: {error}")
    with closing(open_server(port)) as server:
        # The first line is the address: `make demo` reads it.
        print(f"http://{HOST}:{server.effective_port}/", flush=True)
        print("Open it in a browser: it says what to try. Ctrl-C stops it.", flush=True)
        server.run()


if __name__ == "__main__":
    main()
