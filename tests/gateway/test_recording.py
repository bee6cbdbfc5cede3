"""A recording begins with the first byte, and can be replayed from there."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from drivers.contract import DriverHost
from drivers.errors import DeviceGone
from drivers.hotplug.attached import DeviceMatch
from drivers.media.block_device import BlockDeviceSettings
from drivers.media.pc_card import PcCardSettings
from drivers.registry import load_driver
from drivers.transcripts.session import replayed
from gateway.recording import Session
from simulators.media.m100_samples import closed

POLL_S = 0.01


def session(driver: str, settings: BaseModel) -> Session:
    return Session("reader", driver, load_driver(driver), settings)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_device_that_is_absent_leaves_no_file(tmp_path: Path) -> None:
    settings = BlockDeviceSettings(match=DeviceMatch(serial="nobody has this one"))
    absent = session("block-device", settings)
    for attempt in range(3):
        with pytest.raises(DeviceGone):
            await absent.open_recorded(DriverHost(), tmp_path / f"{attempt}.jsonl").__aenter__()
    assert files_in(tmp_path) == []


async def test_a_recording_that_began_with_an_empty_slot_can_be_replayed(tmp_path: Path) -> None:
    card, record = tmp_path / "card.img", tmp_path / "session.jsonl"
    slot = session("pc-card", PcCardSettings(path=card, poll_s=POLL_S))
    async with slot.open_recorded(DriverHost(), record) as driver:
        captures: Any = driver.captures()
        async with aclosing(captures):
            coming = asyncio.ensure_future(anext(captures))
            await asyncio.wait([coming], timeout=10 * POLL_S)
            assert not record.exists()
            card.write_bytes(closed())
            capture = await coming
    _, came = await replayed(record)
    assert [each.sha256 for each in came.captures] == [capture.sha256]
