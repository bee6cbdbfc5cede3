"""ERM ASCII exports are read as they were described, in all three forms."""

import csv
import dataclasses
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from election.definition_file import load_definition
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from parsers.contract import SNIFF_BYTES, Parser
from parsers.unity.ascii_export.parser import PARSER
from simulators.listings.ascii_export import (
    GROUPS,
    STATISTICS,
    example_export,
    print_ascii_export,
)
from simulators.listings.canvassing import as_export
from simulators.listings.election import simulated_totals
from simulators.sample import sample_definition_bytes

WIDTHS = sorted(GROUPS)


def example(width: int) -> bytes:
    return print_ascii_export(example_export(GROUPS[width]), width)


def is_utf8(content: bytes) -> bool:
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


CHARACTERS = st.characters(codec="cp1252", categories=("L", "M", "N", "P", "S", "Zs"))


def names(longest: int) -> st.SearchStrategy[str]:
    texts = st.text(CHARACTERS, min_size=1, max_size=longest)
    return texts.filter(lambda text: text == text.rstrip(" ") and not text.startswith(STATISTIC))


STATISTIC = ("REGISTERED VOTERS", "BALLOTS CAST")
VOTES = st.sampled_from([0, 1, 999_999]) | st.integers(0, 999_999)
CODES = st.text("ABCDEFGHIJ0123456789-", max_size=7)


@st.composite
def counts(draw: st.DrawFn, label: str, number: int, party: str, groups: int) -> ListedCount:
    by_group: list[int] = []
    for _ in range(groups):  # together at most 999,999, as the total has six digits
        by_group.append(draw(st.integers(0, 999_999 - sum(by_group))))
    votes = sum(by_group) if groups else draw(VOTES)
    return ListedCount(label, votes, tuple(by_group), party=party, number=number)


@st.composite
def exports(draw: st.DrawFn, groups: int) -> TotalsListing:
    """Draw contests with their candidates, and precincts that have some or all of them."""
    catalogue = [
        (number, draw(names(56)), draw(CODES), draw(st.integers(0, 99)), draw(candidates()))
        for number in sorted(draw(st.sets(st.integers(103, 9_999), min_size=1, max_size=4)))
    ]
    precincts = []
    for number in sorted(draw(st.sets(st.integers(0, 9_999), min_size=1, max_size=4))):
        contests = tuple(
            ListedContest(
                title,
                tuple(draw(counts(*candidate, groups)) for candidate in choices),
                allowed or None,
                number=contest,
                district=code,
            )
            for contest, title, code, allowed, choices in catalogue
            if draw(st.booleans())
        )
        statistics = tuple(
            draw(counts(label, 1, "", groups)) for label in STATISTICS if draw(st.booleans())
        )
        if contests or statistics:
            name = draw(st.just("") | names(30))
            precincts.append(ListedPrecinct(number, name, statistics, contests))
    return TotalsListing(ListingHead("ERM ASCII"), ("",) * groups, tuple(precincts))


@st.composite
def candidates(draw: st.DrawFn) -> list[tuple[str, int, str]]:
    listed = draw(st.lists(names(38), min_size=1, max_size=3))  # labels may repeat
    numbers = sorted(draw(st.sets(st.integers(0, 990), min_size=len(listed), max_size=len(listed))))
    parties = [draw(st.sampled_from(["", "REP", "DEM", "NON"])) for _ in listed]
    return [
        *zip(listed, numbers, parties, strict=True),
        ("OVER VOTES", 998, ""),
        ("UNDER VOTES", 999, ""),
    ]


@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), line_end=st.sampled_from([b"\r\n", b"\n"]))
def test_every_printed_export_is_read_as_it_was_described(
    width: int, data: st.DataObject, line_end: bytes
) -> None:
    export = data.draw(exports(GROUPS[width]).filter(lambda export: bool(export.precincts)))
    content = print_ascii_export(export, width, line_end=line_end)
    assume(not is_utf8(content))  # such bytes are taken for a copy in UTF-8, and noted
    assert PARSER.recognises(content[:SNIFF_BYTES])
    assert dataclasses.replace(PARSER.parse(content), findings=()) == export


@pytest.mark.parametrize("width", WIDTHS)
def test_the_example_is_read_by_precinct_without_a_finding(width: int) -> None:
    export = example_export(GROUPS[width])
    listing = PARSER.parse(example(width))
    assert listing == export
    assert [precinct.name for precinct in listing.precincts] == ["PRECINCT 11", "PRECINCT 12"]
    (contest,) = listing.precincts[0].contests
    assert (contest.number, contest.title, contest.district) == (105, "Sample Contest", "COUNTY")
    assert [(count.number, count.label, count.party, count.votes) for count in contest.counts] == [
        (1, "JANE SAMPLE", "REP", 250),
        (2, "RAÚL EXAMPLE", "DEM", 30),
        (3, "OVER VOTES", "", 1),
        (4, "UNDER VOTES", "", 19),
    ]
    assert [count.line for count in contest.counts] == [5, 7, 9, 11]
    assert len(listing.groups) == len(contest.counts[0].by_group) == GROUPS[width]


@pytest.mark.parametrize(
    "record",
    [
        "01050010011000250000100000020000130000000000000REP       Sample Contest" + " " * 42
        + "JANE SAMPLE" + " " * 27 + "PRECINCT 11" + " " * 44 + "01 ",
        "01050010011000250000100000020000130000000" + " " * 60 + "REP       Sample Contest"
        + " " * 42 + "JANE SAMPLE" + " " * 27 + "PRECINCT 11" + " " * 44 + "01 ",
    ],
)  # fmt: skip
def test_the_records_of_the_format_reference_are_read(record: str) -> None:
    listing = PARSER.parse(record.encode() + b"\r\n")
    groups = (100, 20, 130, 0, 0)[: len(listing.groups)]
    count = ListedCount("JANE SAMPLE", 250, groups, party="REP", number=1)
    contest = ListedContest("Sample Contest", (count,), 1, number=105)
    assert listing.precincts == (ListedPrecinct(11, "PRECINCT 11", (), (contest,)),)
    assert not listing.findings


def test_the_name_of_a_district_stands_behind_its_code() -> None:
    precinct = example_export(0).precincts[0]
    contest = precinct.contests[0]._replace(district="SEN07 SENATE 7")
    export = TotalsListing(
        ListingHead("ERM ASCII"), (), (dataclasses.replace(precinct, contests=(contest,)),)
    )
    assert PARSER.parse(print_ascii_export(export, 179)) == export


@pytest.mark.parametrize(
    ("title", "name", "label"),
    [
        ("BALLOTS CAST - TOTAL", "", "BALLOTS CAST - TOTAL"),
        ("BALLOTS CAST", "BALLOTS CAST - REPUBLICAN", "BALLOTS CAST - REPUBLICAN"),
        ("REGISTERED VOTERS - TOTAL", "DEMOCRATIC", "REGISTERED VOTERS - TOTAL DEMOCRATIC"),
    ],
)
def test_a_statistic_has_the_label_that_says_most(title: str, name: str, label: str) -> None:
    count = ListedCount(name, 7, number=1)
    precinct = ListedPrecinct(1, "", (), (ListedContest(title, (count,), number=102),))
    export = TotalsListing(ListingHead("ERM ASCII"), (), (precinct,))
    (read,) = PARSER.parse(print_ascii_export(export, 179)).precincts
    assert (read.statistics, read.contests) == ((count._replace(label=label),), ())


@pytest.mark.parametrize("width", WIDTHS)
def test_a_copy_that_lost_or_got_blanks_at_its_line_ends_is_the_same_export(width: int) -> None:
    lines = example(width).split(b"\r\n")
    for copy in ([line.rstrip(b" ") for line in lines], [line + b"\t\t" for line in lines]):
        assert PARSER.recognises(b"\n".join(copy))
        assert PARSER.parse(b"\n".join(copy)) == dataclasses.replace(
            example_export(GROUPS[width]), notes=PARSER.parse(b"\n".join(copy)).notes
        )


def test_a_copy_in_utf8_is_the_same_export_with_a_note() -> None:
    copy = example(209).decode("cp1252").encode()
    listing = PARSER.parse(copy)
    assert listing.precincts == example_export(5).precincts
    assert len(listing.notes) == 1


@pytest.mark.parametrize("name", ["early", "totals"])
def test_hill_country_village_is_read_as_by_hand(real: Path, name: str) -> None:
    file = real / f"asc/hill-country-village-2012-{name}.asc"
    content = file.read_bytes()
    assert PARSER.recognises(content)
    listing = PARSER.parse(content)
    with (real / "expected/hill-country-village-2012.csv").open(encoding="utf-8") as table:
        expected = [row for row in csv.DictReader(table) if row["file"] == file.name]
    read = [
        {
            "file": file.name,
            "contest_no": f"{contest.number:04}",
            "candidate_no": f"{count.number:03}",
            "precinct_no": f"{precinct.number:04}",
            "total": str(count.votes),
            "party": count.party,
            "district": contest.district,
            "contest": contest.title,
            "candidate": count.label,
            "precinct": precinct.name,
            "district_name": "",
            "vote_for": f"{contest.votes_allowed:02}",
            "flag": "Y",
        }
        for precinct in listing.precincts
        for contest in precinct.contests
        for count in contest.counts
    ]
    assert read == expected
    assert len(read) == 4
    assert (listing.groups, listing.findings, listing.notes) == ((), (), ())


def test_no_other_real_file_is_taken_for_an_export(real: Path) -> None:
    others = [path for path in real.rglob("*") if path.is_file() and path.parent.name != "asc"]
    assert len(others) > 20
    for path in others:
        with path.open("rb") as file:
            assert not PARSER.recognises(file.read(SNIFF_BYTES)), path


def test_the_parser_satisfies_its_contract() -> None:
    parser: Parser = PARSER
    assert (parser.interface_version, parser.name) == (2, "erm-ascii")


def test_a_primary_with_write_ins_of_no_party_has_no_false_findings() -> None:
    definition = load_definition(sample_definition_bytes(), "the sample").definition
    primary = as_export(simulated_totals(3, precincts=2), definition)
    parties = {count.party for p in primary.precincts for c in p.contests for count in c.counts}
    assert len(parties - {"", "NON"}) > 1
    assert "" in parties
    assert PARSER.parse(print_ascii_export(primary, 209)).findings == ()
