"""The page about tokens says what is so: its snippets run."""

import re
from pathlib import Path

import pytest

from django_claimsauth.conf import Settings, read

PAGE = Path(__file__).parents[2] / "docs" / "tokens.md"
SNIPPETS = re.findall(
    r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


@pytest.mark.django_db
@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_a_snippet_runs_and_its_settings_can_be_read(snippet):
    namespace = {}

    exec(compile(snippet, str(PAGE), "exec"), namespace)

    assert read(Settings, namespace.get("CLAIMSAUTH", {}), "CLAIMSAUTH")
