"""Images that several test files read; building one takes up to seconds."""

from collections.abc import Callable
from functools import cache

import pytest

from simulators.media.samples import SAMPLES


@pytest.fixture(scope="session")
def sample_image() -> Callable[[str], bytes]:
    """Return a function that gives a sample image by its name, built once."""
    return cache(lambda name: SAMPLES[name]())


@pytest.fixture(scope="session")
def m100_closed(sample_image: Callable[[str], bytes]) -> bytes:
    """Return the sample card after the polls closed."""
    return sample_image("m100-closed")


@pytest.fixture(scope="session")
def m100_loaded(sample_image: Callable[[str], bytes]) -> bytes:
    """Return the sample card before the election: three log records."""
    return sample_image("m100-loaded")
