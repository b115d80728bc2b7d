"""How Sphinx builds these pages: `make docs`."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "django_claimsauth"

project = "django_claimsauth"
author = "django_claimsauth contributors"
project_copyright = author
release = re.search(
    r'__version__ = "(.+)"', (PACKAGE / "__init__.py").read_text(encoding="utf-8")
)[1]

extensions = ["myst_parser"]
exclude_patterns = ["_build", "examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"django_claimsauth {release}"
