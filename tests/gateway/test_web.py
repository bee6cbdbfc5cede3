"""What the gateway serves: no vote count, nothing that a name could inject, honest health."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from httpx import ASGITransport, AsyncClient, Response

from election.definition import Mode
from election.documents import Tape
from election.findings import Finding, Severity
from election.status import DeviceState, DeviceStatus
from gateway.overview import Overview, PacketView, UnplacedView
from gateway.packets import Decision, Packet, PacketKey, PacketState
from gateway.web.app import STATES_IN_WORDS, gateway_app

NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script>&\'"'
"""As a definition, a file name or a broker could bring it."""

Changed = Callable[..., Overview]


@pytest.fixture(scope="session")
def overview() -> Changed:
    """Return `overview(...)`: a quiet gateway but for what is named."""

    def build(**changes: object) -> Overview:
        values: dict[str, object] = {
            "at": NOW,
            "election": "sample-2026",
            "election_title": "GENERAL ELECTION",
            "time_zone": "America/Chicago",
            "mode": Mode.TEST,
            "count_center": "south",
            "definition_sha256": "0" * 64,
            "software": "zerotape test",
            "packets": (),
            "unplaced": (),
            "devices": (),
            "left_alone": (),
            "outbox_waiting": 0,
            "outbox_oldest_at": None,
            "outbox_confirmed": 0,
            "outbox_refused": 0,
            "free_bytes": 1,
            "connected": True,
            "complaint": "",
            "evidence": 0,
        }
        return Overview(**{**values, **changes})  # type: ignore[arg-type]  # a test's values

    return build


async def ask(
    view: Overview, path: str, *, silent: Sequence[str] = (), method: str = "GET"
) -> Response:
    async def look() -> Overview:
        return view

    transport = ASGITransport(gateway_app(look, lambda: list(silent)))
    async with AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.request(method, path)


def packet_view(
    state: PacketState = PacketState.BLOCKED,
    name: str = "RIVERSIDE",
    finding: Finding | None = None,
    awaited: tuple[str, ...] = (),
) -> PacketView:
    key = PacketKey(name.lower()[:20], "election-day")
    return PacketView(key, name, state, (finding,) if finding else (), awaited)


async def test_neither_page_nor_data_nor_metrics_hold_a_vote_count(
    overview: Changed,
    packet: Callable[..., Packet],
    decided: Callable[[Packet], Decision],
    tape: Callable[..., Tape],
) -> None:
    ballots, votes, other_votes = 911, 613, 187  # they occur nowhere else
    counted = tape("204417", ballots=ballots, votes={101: {1: votes, 2: other_votes}})
    decision = decided(packet("riverside", counted))
    key = PacketKey("riverside", "election-day")
    told = PacketView(key, "RIVERSIDE", decision.state, decision.findings, decision.awaited)
    for path, names in (("/", True), ("/api/overview", True), ("/metrics", False)):
        text = (await ask(overview(packets=(told,)), path)).text
        assert ("RIVERSIDE" in text) == names
        for count in (ballots, votes, other_votes, ballots - votes - other_votes):
            assert str(count) not in text, f"{path} tells {count}"


async def test_hostile_words_arrive_as_words(overview: Changed) -> None:
    finding = Finding(
        check="C08", severity=Severity.BLOCK, message=f"Message {HOSTILE}", evidence=HOSTILE
    )
    view = overview(
        election_title=HOSTILE,
        packets=(packet_view(name=HOSTILE, finding=finding, awaited=(HOSTILE,)),),
        unplaced=(UnplacedView("1" * 64, NOW, HOSTILE),),
        devices=(DeviceStatus(name="drop", state=DeviceState.WAITING, message=HOSTILE),),
        complaint=HOSTILE,
    )
    page = (await ask(view, "/")).text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 8
    assert (await ask(view, "/api/overview")).json()["complaint"] == HOSTILE


async def test_no_script_and_no_foreign_page_may_do_anything(overview: Changed) -> None:
    for path in ("/", "/style.css", "/api/overview", "/health", "/metrics"):
        headers = (await ask(overview(), path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_changed_over_the_web(overview: Changed, method: str) -> None:
    for path in ("/", "/api/overview", "/health", "/metrics"):
        assert (await ask(overview(), path, method=method)).status_code == 405


async def test_health_fails_while_a_task_is_silent_and_names_it(overview: Changed) -> None:
    healthy = await ask(overview(), "/health")
    assert (healthy.status_code, healthy.json()) == (200, {"silent_tasks": []})
    sick = await ask(overview(), "/health", silent=["desk"])
    assert (sick.status_code, sick.json()) == (503, {"silent_tasks": ["desk"]})


async def test_metrics_say_what_an_alarm_needs(overview: Changed) -> None:
    view = overview(
        packets=(packet_view(), packet_view(PacketState.CONFIRMED, "HILLSIDE")),
        devices=(DeviceStatus(name="printer", state=DeviceState.PARKED),),
        outbox_waiting=3,
        outbox_oldest_at=NOW - timedelta(seconds=90),
        connected=False,
    )
    lines = (await ask(view, "/metrics", silent=["publisher"])).text.splitlines()
    figures = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert figures['zerotape_gateway_packets{state="blocked"}'] == "1.0"
    assert figures['zerotape_gateway_device_state{device="printer",state="parked"}'] == "1.0"
    assert figures["zerotape_gateway_outbox_waiting"] == "3.0"
    assert figures["zerotape_gateway_outbox_oldest_seconds"] == "90.0"
    assert figures["zerotape_gateway_broker_connected"] == "0.0"
    assert figures["zerotape_gateway_silent_tasks"] == "1.0"


async def test_packets_that_need_a_person_come_first(overview: Changed) -> None:
    view = overview(
        packets=(
            packet_view(PacketState.CONFIRMED, "ASHDOWN"),
            packet_view(PacketState.HELD, "WALNUT"),
            packet_view(PacketState.BLOCKED, "MAPLE"),
        )
    )
    page = (await ask(view, "/")).text
    assert re.findall(r'<th scope="row">(\w+)</th>', page) == ["MAPLE", "WALNUT", "ASHDOWN"]
    assert "2 packets need you" in page


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_rehearsal_can_never_be_taken_for_the_election(
    overview: Changed, mode: Mode
) -> None:
    page = (await ask(overview(mode=mode), "/")).text
    assert ("TEST - not official results" in page) == (mode is Mode.TEST)
    assert ("OFFICIAL MODE" in page) == (mode is Mode.OFFICIAL)


async def test_the_page_stays_calm_without_a_broker(overview: Changed) -> None:
    view = overview(connected=False, outbox_waiting=1, outbox_oldest_at=NOW - timedelta(minutes=2))
    page = (await ask(view, "/")).text
    assert "not reached; returns wait here, nothing is lost" in page
    assert "1 waiting for a receipt, the oldest for 120 s" in page
    assert "No packet needs you" in page


async def test_every_state_has_words_for_the_clerk(overview: Changed) -> None:
    assert STATES_IN_WORDS.keys() == set(PacketState)
    for state in PacketState:
        page = (await ask(overview(packets=(packet_view(state),)), "/")).text
        assert f"<td>{STATES_IN_WORDS[state]}</td>" in page


async def test_the_data_are_the_same_as_json(overview: Changed) -> None:
    view = overview(packets=(packet_view(),), outbox_waiting=3)
    answer = (await ask(view, "/api/overview")).json()
    assert answer["outbox_waiting"] == 3
    assert answer["packets"][0]["state"] == "blocked"


async def test_a_reading_shows_a_bar_with_its_figure_in_words_and_what_to_do(
    overview: Changed,
) -> None:
    reading = DeviceStatus(
        name="cradle",
        state=DeviceState.SERVING,
        what_to_do="Leave it in.",
        done_bytes=1_081_344,
        total_bytes=4_325_376,
    )
    quiet = DeviceStatus(name="printer", state=DeviceState.SERVING)
    page = (await ask(overview(devices=(reading, quiet)), "/")).text
    [bar] = re.findall(r"<progress[^>]*>", page)
    assert 'max="4325376"' in bar
    assert 'value="1081344"' in bar
    assert 'aria-label="Reading cradle"' in bar
    assert "25 % read" in page
    assert "Leave it in." in page


async def test_what_is_plugged_in_and_left_alone_is_shown_as_words(overview: Changed) -> None:
    page = (await ask(overview(left_alone=(f"Stick {HOSTILE}",)), "/")).text
    assert "left alone" in page
    assert "Stick &lt;script&gt;" in page
    assert "<script" not in page
    assert "left alone" not in (await ask(overview(), "/")).text
