"""What the tests of the documentation read pages with."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Blocks = Callable[[Path, str], list[str]]


@pytest.fixture(scope="session")
def pages() -> Path:
    """Return the folder of the documentation."""
    return ROOT / "docs"


@pytest.fixture(scope="session")
def blocks() -> Blocks:
    """Return a function that takes the fenced blocks of a language out of a page."""

    def find(page: Path, language: str) -> list[str]:
        fenced = rf"^```{language}\n(.*?)^```$"
        return re.findall(fenced, page.read_text(), re.DOTALL | re.MULTILINE)

    return find
