"""Devices in the real daemon: read from the configuration to the page, and recorded if told so."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from election.definition_file import definition_bytes
from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.media.m100_samples import closed
from simulators.small_election import small_election

PATIENCE_S = 60.0
DEVICES = """\
[[devices]]
name = "cards"
driver = "pc-card"
settings = {{ path = "{folder}/card.img", poll_s = 0.05 }}
record = "records"
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(120)
def test_a_card_becomes_evidence_advice_and_a_record(
    tmp_path: Path, broker_kind: BrokerKind
) -> None:
    content = definition_bytes(small_election(2, ["north"]))
    card, records = tmp_path / "card.img", tmp_path / "records"
    with County(tmp_path, content, broker_kind, devices=DEVICES) as county:
        gateway = county.gateways["north"]
        assert not records.exists()  # nothing has crossed yet
        card.with_suffix(".part").write_bytes(closed())
        card.with_suffix(".part").rename(card)
        until(lambda: gateway.ask("/api/overview")["evidence"] == 1)
        until(lambda: "Take it out" in gateway.ask("/api/overview")["devices"][0]["what_to_do"])
        [device] = gateway.ask("/api/overview")["devices"]
        assert (device["state"], device["done_bytes"]) == ("serving", None)
        card.unlink()
        until(lambda: not gateway.ask("/api/overview")["devices"][0]["what_to_do"])
    [record] = records.iterdir()
    header, *crossings = map(json.loads, record.read_text().splitlines())
    assert (header["driver"], header["device"]) == ("pc-card", "cards")
    assert crossings
