"""
Take the screenshots of the docs: the example's pages about passkeys.

    python -m tools.passkey_screenshots [folder]

Needs Chromium and writes to docs/images/. The example project runs for it, with a
database of its own that is thrown away, and the passkeys are a virtual authenticator's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.passkeys_pages.chromium import Visitor, chromium, serving

FOLDER = Path(__file__).parents[1] / "docs" / "images"
VIEW: dict[str, Any] = {
    "viewport": {"width": 640, "height": 400},
    "device_scale_factor": 2,
    "color_scheme": "light",
}


def main(folder: Path = FOLDER) -> None:
    """Take all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    visitor: Any = Visitor
    with (
        tempfile.TemporaryDirectory() as var,
        serving(Path(var)) as address,
        chromium() as browser,
    ):
        _take(visitor(browser, address, **VIEW), folder)


def _take(visitor: Any, folder: Path) -> None:
    def picture(name: str) -> None:
        visitor.page.screenshot(
            path=folder / f"passkeys-{name}.png", full_page=name == "manage"
        )

    visitor.go("/account/sign-in/")
    picture("sign-in")
    visitor.go("/account/sign-up/")
    visitor.page.fill("#username", "grace")
    picture("sign-up")
    visitor.click("#sign-up button")
    visitor.arrive()
    visitor.add_authenticator(transport="usb")
    visitor.page.fill("#name", "Key on my desk")
    visitor.click("#add button")
    visitor.hears("The passkey was added.")
    visitor.click("#vault")
    visitor.page.wait_for_selector("#secret:not([hidden])")
    picture("manage")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
