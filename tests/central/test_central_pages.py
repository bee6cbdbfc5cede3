"""The staff pages: readable by everybody, safe against what names contain, never a winner."""

import re
import threading
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from central.condition import Condition
from central.progress import Progress
from central.web.app import central_app
from central.web.events import Audience, events
from central.web.formats import percent

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway, MakeCentral

PAGES = (
    "/",
    "/contests/101",
    "/contests/103",
    "/precincts",
    "/precincts/hillside",
    "/precincts/riverside",
    "/refusals",
    "/centers",
)
VOID = {"meta", "link", "br", "input", "img", "hr"}
GOOD = Condition(connected=True, complaint="", silent_tasks=())


class Page(HTMLParser):
    """Elements with their attributes, and whether every one is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(autouse=True)
def workers_end() -> Iterator[None]:
    """Wait for the threads in which pages were made: they end with their test, not before."""
    yield
    for thread in threading.enumerate():
        if thread.name == "AnyIO worker thread":
            thread.join(5)


def asking(central: "Central", condition: Condition = GOOD) -> AsyncClient:
    """Return a client of the pages of `central`."""
    app = central_app(central.totals, Progress(), lambda: condition)
    return AsyncClient(transport=ASGITransport(app), base_url="http://central")


@pytest_asyncio.fixture
async def client(central: "Central", south: "Gateway") -> AsyncIterator[AsyncClient]:
    """Serve an election night with accepted, refused, parked and repeated returns."""
    first = south.issue("hillside", ballots=1200)
    late = south.issue("riverside", "early", ballots=30)
    parked = south.issue("hillside")
    central.accept(south, first, first, late, b"garbage")
    south.sequence += 1
    central.accept(south, south.issue("riverside", previous="1" * 64))
    assert parked
    async with asking(central) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_can_be_read_and_walked_by_everybody(
    client: AsyncClient, path: str
) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    page = Page(response.text)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("header")) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert page.all("main")[0]["id"] == "main"
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(head["scope"] in ("col", "row") for head in page.all("th"))
    assert all(
        region["tabindex"] == "0" and region["aria-label"]
        for region in page.all("div")
        if region.get("role") == "region"
    )
    headings = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_says_unofficial_and_test_and_names_no_winner(
    client: AsyncClient, path: str
) -> None:
    text = (await client.get(path)).text
    assert "<strong>Unofficial</strong>" in text
    assert "<strong>TEST</strong>" in text
    assert not re.search(r"\bwinner\b", text.replace("It names no winner.", ""), re.IGNORECASE)
    assert not re.search(r"\belected\b", text, re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES)
async def test_names_never_become_markup(client: AsyncClient, path: str) -> None:
    page = Page((await client.get(path)).text)
    assert page.all("script") == [{"src": "/live.js", "defer": None}]
    assert page.all("i") == page.all("b") == []
    addresses = [e.get("href") or e.get("src") for _, e in page.elements]
    assert all(a is None or a.startswith(("/", "#")) for a in addresses)


async def test_hostile_names_are_shown_as_they_are(client: AsyncClient) -> None:
    text = (await client.get("/contests/101")).text
    assert "ADA &lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "MAYOR &lt;b&gt;&amp; SONS&lt;/b&gt;" in text
    assert "HILL &lt;i&gt;SIDE&lt;/i&gt;" in text


@pytest.mark.parametrize("path", [*PAGES, "/api/totals.json", "/live.js", "/style.css", "/none"])
async def test_nothing_foreign_can_be_loaded_or_framed(client: AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_the_overview_counts_precincts_and_votes(client: AsyncClient) -> None:
    text = (await client.get("/")).text
    assert "<strong>1 of 3</strong> precincts are completely in" in text
    assert "1 partly, 1 not at all" in text
    # 1200 + 30 ballots: a half for ADA, a third for BEN.
    assert "ADA &lt;script&gt;alert(1)&lt;/script&gt; (DEM): 615 (60.00 %)" in text


async def test_ballot_lines_of_one_candidate_are_told_apart_in_words(client: AsyncClient) -> None:
    text = (await client.get("/contests/103")).text
    assert '<th scope="row">FAY FOX</th>' in text
    assert '<th scope="row">FAY FOX (2nd ballot line)</th>' in text


async def test_states_are_said_in_words(client: AsyncClient) -> None:
    text = (await client.get("/precincts")).text
    for state in ("complete", "partly in", "not in"):
        assert f"</span> {state}</span>" in text
    assert "m100 204417, ivotronic 5199911" in text


async def test_refusals_tell_when_from_where_and_why(client: AsyncClient) -> None:
    text = (await client.get("/refusals")).text
    assert "format" in text
    assert "nobody we know" in text
    assert "2026-11-03 21:00:00 CST" in text
    assert "Parked returns" in text
    assert '<td class="number">5</td>' in text  # the parked number
    assert "Returns that came more than once" in text


async def test_centers_show_keys_and_unsigned_words_of_gateways(client: AsyncClient) -> None:
    text = (await client.get("/centers")).text
    assert "Nobody signed them" in text
    assert "SOUTH GATEWAY" in text
    assert "No key is enrolled" in text


@pytest.mark.parametrize(
    "path", ["/contests/999", "/contests/x", "/precincts/none", "/none", "/precincts/..%2f"]
)
async def test_what_does_not_exist_is_not_found_in_words(client: AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.text


async def test_nothing_can_be_changed_here(client: AsyncClient) -> None:
    for path in (*PAGES, "/api/totals.json"):
        assert (await client.post(path)).status_code == 405


async def test_the_data_say_the_same_as_the_pages(client: AsyncClient) -> None:
    totals = (await client.get("/api/totals.json")).json()
    assert (totals["unofficial"], totals["mode"], totals["log_size"]) == (True, "test", 2)
    mayor = totals["contests"][0]
    assert mayor["precincts"] == {"total": 3, "complete": 1, "partly": 1, "not_in": 1}
    assert [line["votes"] for line in mayor["lines"]] == [615, 410, 0, 0, 205]
    precincts = (await client.get("/api/precincts.json")).json()["precincts"]
    assert [p["reporting"] for p in precincts] == ["partly in", "complete", "not in"]
    assert precincts[1]["returns"]["election-day"]["ballots"] == 1200


async def test_metrics_carry_no_votes(client: AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    assert "zerotape_central_log_entries 2.0" in text
    assert 'zerotape_central_parked_returns{count_center="south"} 1.0' in text
    assert "615" not in text


async def test_a_silent_task_is_unhealthy(central: "Central") -> None:
    condition = Condition(connected=False, complaint="no broker", silent_tasks=("ingest",))
    async with asking(central, condition) as client:
        assert (await client.get("/health")).status_code == 503
        assert "Not connected to the broker" in (await client.get("/")).text


async def test_official_mode_is_not_called_a_test(
    make_central: "MakeCentral", tmp_path: Path
) -> None:
    async with asking(make_central(tmp_path / "official", "official")) as client:
        text = (await client.get("/")).text
    assert "OFFICIAL MODE" in text
    assert "<strong>TEST</strong>" not in text
    assert "<strong>Unofficial</strong>" in text


async def test_listeners_are_told_of_news_and_of_the_end() -> None:
    progress, audience = Progress(), Audience()
    stream = events(progress, audience)
    assert await anext(stream) == "id: 0\ndata: 0\n\n"
    assert audience.listening == 1
    progress.advance()
    assert await anext(stream) == "id: 1\ndata: 1\n\n"
    progress.end()
    assert [event async for event in stream] == []
    assert audience.listening == 0


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (2, 691, "0.29 %"),
        (0, 691, "0.00 %"),
        (1, 100_000, "<0.01 %"),
        (99_999, 100_000, ">99.99 %"),
        (5, 5, "100.00 %"),
        (0, 0, "not available"),
        (1, 3, "33.33 %"),
        (1, 32, "3.13 %"),
    ],
)
def test_percentages_are_rounded_half_up(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown
