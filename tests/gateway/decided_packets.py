"""Decides the packets of what was read, as a gateway does, but without its store."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from election.captures import Ending
from election.definition_file import LoadedDefinition
from gateway.decision import decide
from gateway.packets import Decision, History, Packet, PacketDocument, PacketKey
from gateway.reading import Reading


class Read(NamedTuple):
    """One capture, and what the gateway makes of it."""

    sha256: str
    ending: Ending
    reading: Reading


def decided_packets(loaded: LoadedDefinition, taken: Iterable[Read]) -> dict[PacketKey, Decision]:
    """Return what is decided of every packet that `loaded` awaits when all of `taken` came."""
    documents: dict[PacketKey, dict[tuple[str, int], PacketDocument]] = {
        PacketKey(precinct.id, device.counting_group): {}
        for precinct in loaded.definition.precincts
        for device in precinct.devices
    }
    for sha256, ending, reading in taken:
        for place, (key, content) in enumerate(reading.placement.parts):
            before = documents[key].get((sha256, place))
            documents[key][sha256, place] = PacketDocument(
                *(sha256, content, reading.parser, reading.parser_version),
                taken_at=datetime.now(UTC),
                ending=ending,
                times_seen=before.times_seen + 1 if before else 1,
            )
    return {
        key: decide(Packet(key, tuple(taken.values())), loaded, History({}))
        for key, taken in documents.items()
    }
