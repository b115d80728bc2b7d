"""
Take the screenshots of the docs: the admin's pages about API keys.

    python -m tools.screenshots [folder]

Needs Chromium (`CHROMIUM`, else /usr/bin/chromium) and writes to docs/images/. The
example project runs for it, with a database of its own that is thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE: Any = {"width": 1400, "height": 800}
PASSWORD = "only for the pictures"  # noqa: S105  # of a database that is thrown away
LIST = "/admin/claimsauth/apikey/"


def main(folder: Path = FOLDER) -> None:
    """Take all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
        os.environ["EXAMPLE_VAR"] = var
        import django

        django.setup()
        _fill()
        with _server() as url, _browser(var) as page:
            _take(page, url, folder)


def _fill() -> None:
    """Make a user, an operator, and a key in each state."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.utils import timezone

    from django_claimsauth.api_keys import flows
    from django_claimsauth.api_keys.models import ApiKey

    call_command("migrate", verbosity=0)
    users: Any = get_user_model().objects
    users.create_superuser("operator", password=PASSWORD)
    ada, now = users.create_user("ada"), timezone.now()
    ago = now - timedelta(days=120)
    issued = flows.issue("nightly export", owner=ada, scopes=["reports.read"], now=ago)
    flows.rotate(issued.api_key)
    flows.issue("billing", scopes=["invoices.write"], rate="100/minute", now=ago)
    flows.issue("trial", owner=ada, expires_in=timedelta(days=9))
    flows.issue("last year", expires_in=timedelta(days=30), now=ago)
    flows.disable(flows.issue("paused", owner=ada).api_key)
    flows.revoke(flows.issue("leaked").api_key, "found in a public repository")
    ApiKey.objects.filter(name="nightly export").update(
        last_used_at=now, last_used_ip="192.0.2.17", previous_used_at=now
    )


@contextmanager
def _server() -> Iterator[str]:
    """Serve the example project, static files among them, on a free port."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.testcases import LiveServerThread

    # The thread wraps the application in the handler that it is given.
    handler: Any = lambda _: StaticFilesHandler(WSGIHandler())  # noqa: E731
    thread: Any = LiveServerThread("127.0.0.1", handler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


@contextmanager
def _browser(var: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; Django must not mind.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            f"{var}/profile", executable_path=CHROMIUM, args=FLAGS, viewport=SIZE
        )
        yield context.new_page()
        context.close()


def _take(page: Any, url: str, folder: Path) -> None:
    def picture(name: str) -> None:
        page.screenshot(path=folder / f"api-keys-{name}.png", full_page=True)

    page.goto(f"{url}/admin/login/")
    page.fill("#id_username", "operator")
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.goto(f"{url}{LIST}")
    picture("list")
    page.goto(f"{url}{LIST}?state=expiring")
    picture("expiring")
    page.goto(f"{url}{LIST}add/")
    page.fill("#id_name", "warehouse")
    page.fill("#id_scopes", "orders.read orders.write")
    page.fill("#id_allowed_networks", "192.0.2.0/24 2001:db8::/32")
    picture("issue")
    page.click("#apikey_form [type=submit]")
    picture("secret")
    page.goto(f"{url}{LIST}")
    page.click("text=nightly export")
    picture("key")
    page.click(".object-tools >> text=Rotate")
    picture("rotate")
    page.go_back()
    page.click(".object-tools >> text=Revoke")
    picture("revoke")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
