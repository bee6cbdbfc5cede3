"""The lines that say what a tape is about: from the title to the unit that printed it."""

from election.documents import ReportKind, Tape
from parsers.tapes.columns import (
    DOUBLE_RULE,
    MODE_OFFICIAL,
    MODE_TEST,
    NOTICE,
    TEST_MARK,
    number,
    read_definition,
    right_of,
    text_of,
)
from parsers.tapes.layout import TapeLayout
from parsers.tapes.reading import LineCursor


def read_identity(cursor: LineCursor, layout: TapeLayout) -> Tape:
    """Read from the first line to the one that names the unit."""
    cursor.expect(DOUBLE_RULE)
    kinds = {layout.title(kind): kind for kind in ReportKind}
    title = cursor.take("a title")
    if title not in kinds:
        raise cursor.misfit(" or ".join(repr(known.strip()) for known in kinds), title)
    cursor.expect(NOTICE)
    cursor.expect(DOUBLE_RULE)
    marked = cursor.peek("the county") == TEST_MARK
    if marked:
        cursor.expect(TEST_MARK)
    county, election_title, date = (
        cursor.read(what, text_of) for what in ("the county", "the election title", "the date")
    )
    election = _read_right_of(cursor, "ELECTION ID")
    version, digits = cursor.read(
        "DEFINITION", lambda line: read_definition(right_of(line, "DEFINITION"))
    )
    test = _read_mode(cursor, marked=marked)
    precinct = cursor.read(
        "PRECINCT",
        lambda line: number(right_of(line, "PRECINCT"), width=4, least=1, most=9999),
    )
    precinct_name = cursor.read("the name of the precinct", text_of)
    return Tape(
        device_class=layout.device_class,
        kind=kinds[title],
        county=county,
        title=election_title,
        date=date,
        test=test,
        election=election,
        definition_version=version,
        definition_digits=digits,
        precinct=precinct,
        precinct_name=precinct_name,
        unit=_read_right_of(cursor, layout.unit.label),
        firmware="",
    )


def _read_right_of(cursor: LineCursor, label: str) -> str:
    return cursor.read(label, lambda line: right_of(line, label))


def _read_mode(cursor: LineCursor, *, marked: bool) -> bool:
    mode = _read_right_of(cursor, "MODE")
    if mode not in (MODE_OFFICIAL, MODE_TEST):
        raise cursor.misfit(f"MODE {MODE_OFFICIAL} or {MODE_TEST}", mode)
    if marked != (mode == MODE_TEST):
        mark = "carries" if marked else "does not carry"
        cursor.contradict(f"MODE says {mode}, but the tape {mark} the test mark")
    return marked or mode == MODE_TEST
