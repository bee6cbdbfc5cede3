"""From the image of a PEB to what it says."""

from dataclasses import replace

from election.media import MediumIdentity, Peb
from parsers.contract import Content
from parsers.errors import ParseError
from parsers.media.fields import read_layout
from parsers.media.peb.contents import (
    checksum_damage,
    contradictions,
    read_contests,
    read_terminals,
    read_write_ins,
)
from parsers.media.peb.layout import (
    COUNTER_BYTES,
    COUNTER_REGION,
    DATA_BYTES,
    DEFINITION_REGION,
    ERASED,
    HEADER,
    HEADER_REGION,
    IMAGE_BYTES,
    PAGE_BYTES,
    TERMINAL_BYTES,
    TERMINAL_REGION,
    WRITE_IN_BYTES,
    WRITE_IN_REGION,
    WireHeader,
)
from parsers.media.peb.pages import Stretch, page_damage

PROFILE = "Project profile zt-peb-1, not the vendor's format."


def read_peb(content: Content) -> Peb:
    """Read a whole PEB; raise ParseError where its structure cannot be relied on.

    With a damaged, missing or surplus page nothing but the header is told. Where sound pages
    contradict each other, they are told and the document has damage, too.
    """
    if len(content) != IMAGE_BYTES:
        reason = f"a PEB has {IMAGE_BYTES:,} bytes, this has {len(content):,}"
        raise ParseError(reason, offset=min(len(content), IMAGE_BYTES))
    image = content[0:IMAGE_BYTES]
    if image[:PAGE_BYTES] == ERASED:
        raise ParseError("the header is erased: a blank PEB, or its battery is flat", offset=0)
    header: WireHeader = read_layout(HEADER, image[:DATA_BYTES], "header")
    peb = _peb(header)
    damage = page_damage(image, _stretches(header), header.generation)
    damage = damage or tuple(checksum_damage(image, header))
    if damage:
        return replace(peb, damage=damage)
    whole = replace(
        peb,
        terminals=read_terminals(image, header),
        contests=read_contests(image, header),
        write_ins=read_write_ins(image, header),
    )
    return replace(whole, damage=tuple(contradictions(whole)))


def _stretches(header: WireHeader) -> tuple[Stretch, ...]:
    """Return which pages the header says are in use."""
    return (
        Stretch(HEADER_REGION, DATA_BYTES),
        Stretch(DEFINITION_REGION, header.definition_length),
        Stretch(TERMINAL_REGION, header.terminal_count * TERMINAL_BYTES),
        Stretch(COUNTER_REGION, header.counter_count * COUNTER_BYTES),
        Stretch(WRITE_IN_REGION, header.write_in_count * WRITE_IN_BYTES, always=False),
    )


def _peb(header: WireHeader) -> Peb:
    """Return what the header alone says."""
    return Peb(
        identity=MediumIdentity(
            election=header.election,
            definition_sha256=header.definition_sha256,
            definition_version=header.definition_version,
            precinct=header.precinct,
            flags=header.flags,
        ),
        peb=str(header.peb),
        kind=header.kind,
        is_master=bool(header.is_master),
        qualification_code=header.qualification_code,
        state=header.state,
        generation=header.generation,
        first_open=header.first_open,
        last_close=header.last_close,
        zero_tape=header.zero_tape,
        results_tape=header.results_tape,
        zero_tapes=header.zero_tapes,
        results_tapes=header.results_tapes,
        last_write=header.last_write,
        ballots=header.ballots,
        terminals=(),
        contests=(),
        write_ins=(),
        notes=(PROFILE,),
    )
