"""What the polling place of the sample election leaves behind, and what the gateway says of it.

The media of the sample carry the SHA-256 of a definition in a file format of its own (`zt-def-1`),
and so do the hand-written golden tapes. The definition of these tests says the same in the
project's format and is given that SHA-256, so that media and tapes stay byte for byte what they
are. Its precinct RIVERSIDE reports by medium.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from election.captures import Ending
from election.definition import Precinct, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import Tape
from election.findings import Finding
from election.returns import PrecinctReturn
from gateway.decision import decide
from gateway.outbox import ChainLink
from gateway.packets import Decision, History, Packet, PacketDocument, PacketKey
from gateway.reading import Reading, read_evidence
from gateway.return_building import Issue, build_return
from parsers.contract import Parser
from parsers.registry import load_parser
from simulators.media.samples import SAMPLES
from simulators.tape_printing import print_tape

GOLDEN = Path(__file__).parents[2] / "parsers/golden"
RIVERSIDE = PacketKey("riverside", "election-day")
TAKEN_AT = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
PARSERS = (
    "m100-tape",
    "ivotronic-tape",
    "m100-card",
    "peb",
    "flash-card",
    "flash",
    "protocol-form",
    "typed-tape",
    "el152",
)
MEDIA = MappingProxyType({"204417": ("M100C-0000417",), "299101": ("299102",)})
"""What must come back from each device."""

LARGEST_FILE = 100_000
"""What is larger was read from a medium."""

Files = Mapping[str, bytes]
Documents = dict[str, Any]
"""What parsers made of them, by a name each."""


@pytest.fixture(scope="session")
def sample(
    loaded: LoadedDefinition, redefined: Callable[..., LoadedDefinition]
) -> LoadedDefinition:
    """Return the definition whose RIVERSIDE reports by medium."""
    riverside, *others = loaded.definition.precincts
    return redefined(precincts=(_by_medium(riverside), *others))


@pytest.fixture(scope="session")
def parsers() -> tuple[Parser, ...]:
    return tuple(load_parser(name) for name in PARSERS)


@pytest.fixture(scope="session")
def orderly() -> Files:
    """Return everything that RIVERSIDE brings in when nothing went wrong, by a name each."""
    tapes = ("m100-zero", "m100-results", "ivotronic-zero", "ivotronic-results")
    return MappingProxyType(
        {
            **{name: _golden(name) for name in tapes},
            "card": SAMPLES["m100-closed"](),
            "master-peb": SAMPLES["peb-closed"](),
            "voter-peb": SAMPLES["peb-voter"](),
            "audit-card": SAMPLES["cf-card"](),
        }
    )


@pytest.fixture(scope="session")
def reading(sample: LoadedDefinition, parsers: tuple[Parser, ...]) -> Callable[..., Reading]:
    """Return `reading(content, ending, definition)`: what parser and placement make of a file.

    The same file is read once: most tests change one of eight.
    """
    made: dict[tuple[bytes, Ending, int], Reading] = {}

    def read(
        content: bytes, ending: Ending = Ending.WHOLE, definition: LoadedDefinition = sample
    ) -> Reading:
        key = (sha256(content).digest(), ending, id(definition))
        if key not in made:
            is_reading = len(content) > LARGEST_FILE
            made[key] = read_evidence(
                content, ending, parsers, definition, "south", is_reading=is_reading
            )
        return made[key]

    return read


@pytest.fixture(scope="session")
def tapes(orderly: Files, reading: Callable[..., Reading]) -> Mapping[str, Tape]:
    """Return the golden tapes as they are read, by their names in `orderly`."""
    contents = {
        name: content
        for name, file in orderly.items()
        for _, content in reading(file).placement.parts
    }
    return {name: said for name, said in contents.items() if isinstance(said, Tape)}


@pytest.fixture(scope="session")
def printed() -> Callable[[Tape], bytes]:
    """Return the printing of a tape, with its check line right."""
    return print_tape


@pytest.fixture(scope="session")
def packet_of(reading: Callable[..., Reading]) -> Callable[..., Packet]:
    """Return `packet_of(files)`: RIVERSIDE's packet, `files` in the order of coming in.

    Files with the same bytes are one piece of evidence that came several times.
    """

    def build(
        files: Files,
        endings: Mapping[str, Ending] = MappingProxyType({}),
        released: PrecinctReturn | None = None,
        key: PacketKey = RIVERSIDE,
        **definition: LoadedDefinition,
    ) -> Packet:
        times: dict[bytes, int] = {}
        for file in files.values():
            times[file] = times.get(file, 0) + 1
        names = {file: name for name, file in files.items()}
        documents = []
        for file, seen in times.items():
            ending = endings.get(names[file], Ending.WHOLE)
            made = reading(file, ending, **definition)
            documents += [
                PacketDocument(
                    sha256=sha256(file).hexdigest(),
                    content=content,
                    parser=made.parser,
                    parser_version=made.parser_version,
                    taken_at=TAKEN_AT,
                    ending=ending,
                    times_seen=seen,
                )
                for place, content in made.placement.parts
                if place == key
            ]
        return Packet(key, tuple(documents), released)

    return build


@pytest.fixture(scope="session")
def put_aside(reading: Callable[..., Reading]) -> Callable[..., tuple[Finding, ...]]:
    """Return `put_aside(files, endings)`: what is said of files, or parts, without a packet."""

    def aside(
        files: Files, endings: Mapping[str, Ending] = MappingProxyType({})
    ) -> tuple[Finding, ...]:
        return tuple(
            finding
            for name, file in files.items()
            for finding in reading(file, endings.get(name, Ending.WHOLE)).placement.findings
        )

    return aside


@pytest.fixture(scope="session")
def decision_on(sample: LoadedDefinition) -> Callable[..., Decision]:
    """Return the decision on a packet by a gateway that remembers nothing else."""
    return lambda packet, definition=sample: decide(packet, definition, History({}))


@pytest.fixture(scope="session")
def said(
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
    put_aside: Callable[..., tuple[Finding, ...]],
) -> Callable[..., set[tuple[str, str]]]:
    """Return check and severity of every finding on `files`, in the packet and put aside."""

    def findings(
        files: Files, endings: Mapping[str, Ending] = MappingProxyType({})
    ) -> set[tuple[str, str]]:
        decided = decision_on(packet_of(files, endings)).findings
        return _checks((*decided, *put_aside(files, endings)))

    return findings


@pytest.fixture(scope="session")
def returned(
    sample: LoadedDefinition,
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
) -> Callable[[Files], PrecinctReturn]:
    """Return the return of `files`; fail unless they are ready."""

    def build(files: Files) -> PrecinctReturn:
        packet = packet_of(files)
        issue = Issue("south", ChainLink(1, None), TAKEN_AT, "ab" * 16, "zerotape test")
        return build_return(packet, decision_on(packet), sample, issue)

    return build


@pytest.fixture(scope="session")
def documents(orderly: Files, reading: Callable[..., Reading]) -> Documents:
    """Return what is read of RIVERSIDE by its name; of the audit card each terminal's flash."""
    said: Documents = {}
    for name, file in orderly.items():
        contents = [content for _, content in reading(file).placement.parts]
        names = [name] if len(contents) == 1 else ["first-flash", "second-flash"]
        said.update(zip(names, contents, strict=True))
    return said


@pytest.fixture(scope="session")
def holding(packet_of: Callable[..., Packet], orderly: Files) -> Callable[[Documents], Packet]:
    """Return the packet that holds `documents`, in their order."""
    pattern = packet_of({"card": orderly["card"]})

    def build(documents: Documents) -> Packet:
        [one] = pattern.documents
        held = tuple(
            PacketDocument(
                sha256=sha256(repr(content).encode()).hexdigest(),
                content=content,
                parser=one.parser,
                parser_version=one.parser_version,
                taken_at=one.taken_at,
                ending=one.ending,
            )
            for content in documents.values()
        )
        return replace(pattern, documents=held)

    return build


@pytest.fixture(scope="session")
def findings(
    holding: Callable[[Documents], Packet], decision_on: Callable[..., Decision]
) -> Callable[..., tuple[Finding, ...]]:
    """Return the findings on a packet that holds these documents."""
    return lambda documents: decision_on(holding(documents)).findings


@pytest.fixture(scope="session")
def checks(
    findings: Callable[..., tuple[Finding, ...]],
) -> Callable[[Documents], set[tuple[str, str]]]:
    """Return check and severity of each of them."""
    return lambda documents: _checks(findings(documents))


def _by_medium(precinct: Precinct) -> Precinct:
    devices = tuple(
        device.model_copy(update={"reported_by": ReportedBy.MEDIUM, "media": MEDIA[device.serial]})
        for device in precinct.devices
    )
    return precinct.model_copy(update={"devices": devices})


def _golden(name: str) -> bytes:
    """Return the hand-written tape `name` as its device sends it."""
    lines = (GOLDEN / f"{name}.tape").read_text("ascii").splitlines()
    strip = "".join(f"{line}\r\n" for line in lines if not line.startswith("# "))
    return b"\x18" + strip.encode("ascii") + b"\n\n\n\n"


def _checks(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(finding.check, finding.severity.value) for finding in findings}
