"""The browser of the tests: what it may be called, and how it is started here."""

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
#: Without a screen, as root, and asking nobody on the network.
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
