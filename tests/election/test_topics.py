"""Topic names, as the broker's access lists spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.topics import Stream, Topic, every_center

slugs = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True)


def test_a_topic_is_spelled_as_designed() -> None:
    topic = Topic("mt-2016-06-07-primary", Stream.RETURNS, "helena")
    assert str(topic) == "zerotape/1/mt-2016-06-07-primary/returns/helena"
    assert every_center("e", Stream.STATUS) == "zerotape/1/e/status/+"


@given(slugs, st.sampled_from(Stream), slugs)
def test_reading_undoes_writing(election: str, stream: Stream, center: str) -> None:
    topic = Topic(election, stream, center)
    assert Topic.read(str(topic)) == topic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zerotape/1/e/returns",
        "zerotape/1/e/returns/helena/more",
        "zerotape/2/e/returns/helena",
        "other/1/e/returns/helena",
        "/zerotape/1/e/returns/helena",
        "zerotape/1/e/votes/helena",
    ],
)
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Topic.read(text)
