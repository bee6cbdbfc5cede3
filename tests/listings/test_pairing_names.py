"""Which names are one name, and which are left to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.comparing.cells import Choice, Precinct
from listings.comparing.choice_pairing import (
    LINES_MISSING,
    NUMBERS_DIFFER,
    ORDER_DIFFERS,
    PARTIES_DIFFER,
    Lines,
    pair_choices,
)
from listings.comparing.names import choice_words, parties_agree, party_words, words
from listings.comparing.pairing import ALIKE, CUT, Names, pair_names
from listings.comparing.precinct_pairing import NAMES_CROSS, pair_precincts

NOT_CUT: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JOE MANCHIN, III", "Joe Manchin III"),
        ("U.S. SENATOR - (Unexpired Term)", "us senator unexpired term"),
        ("Gaddy's Mill", "GADDYS MILL"),
        ("election_day", "ELECTION DAY"),
        ("JOSÉ", "Jose"),
    ],
)
def test_spelling_does_not_make_another_name(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize("other", ["Write-ins", "WRITE IN", "Write-In", "WRITEIN"])
def test_all_write_ins_are_one_choice(other: str) -> None:
    assert choice_words(other) == choice_words("WRITE-IN")


def test_a_party_may_be_spelled_out_or_missing() -> None:
    assert parties_agree(party_words("REP"), party_words("Republican"))
    assert parties_agree(party_words("N/A"), party_words("DEM"))
    assert not parties_agree(party_words("REP"), party_words("DEM"))


def test_words_tell_names_apart_that_letters_do_not() -> None:
    names = ("Bellevue I-II", "Bellevue II-I", "Bellevue I-I")
    upper = tuple(name.upper() for name in names)
    found = pair_names(Names(names), Names(upper), {})
    assert found.pairs == list(zip(names, upper, strict=True))


def test_two_names_that_could_be_one_are_a_doubt() -> None:
    found = pair_names(Names(("COUNCIL",)), Names(("Council", "COUNCIL.")), {})
    assert found.pairs == []
    assert [(doubt.a, doubt.b, doubt.why) for doubt in found.doubts] == [
        (("COUNCIL",), ("Council", "COUNCIL."), ALIKE)
    ]


def test_a_cut_name_is_the_only_one_that_it_begins() -> None:
    cut = Names(("House of Rep",), frozenset({12}))
    full = ("House of Representatives", "Senate")
    assert pair_names(cut, Names(full), {}).pairs == [("House of Rep", full[0])]
    assert pair_names(Names(full), cut, {}).pairs == [(full[0], "House of Rep")]


def test_a_name_that_nothing_cut_begins_no_other() -> None:
    assert pair_names(Names(("House",)), Names(("House of Representatives",)), {}).pairs == []


@pytest.mark.parametrize("full", [("District 12", "District 13"), ("District 1", "District 12")])
def test_a_cut_name_that_begins_two_is_a_doubt(full: tuple[str, ...]) -> None:
    found = pair_names(Names(("District 1",), frozenset({10})), Names(full), {})
    assert found.pairs == []
    assert [(set(doubt.b), doubt.why) for doubt in found.doubts] == [(set(full), CUT)]


def test_what_a_person_says_goes_before_everything() -> None:
    said = {"mayor": {"clerk"}}
    found = pair_names(Names(("MAYOR",)), Names(("MAYOR", "CLERK")), said)
    assert found.pairs == [("MAYOR", "CLERK")]


@given(st.lists(st.text(alphabet="aB -1", min_size=1, max_size=6), unique=True))
def test_equal_lists_of_names_pair_one_by_one(names: list[str]) -> None:
    side = Names(tuple(names), frozenset({4, 5}))
    found = pair_names(side, side, {})
    assert found.pairs == [(name, name) for name in names]
    assert found.doubts == []


def lines(*choices: Choice, uneven: frozenset[str] = frozenset()) -> Lines:
    return Lines(choices, frozenset(), uneven)


def test_equal_lines_pair_by_party_whatever_their_order() -> None:
    rep, dem = Choice("WRITE-IN", "REP"), Choice("WRITE-IN", "DEM")
    republican, democratic = Choice("Write-ins", "Republican"), Choice("Write-ins", "Democratic")
    found = pair_choices(lines(rep, dem), lines(democratic, republican), {})
    assert found.pairs == [(rep, republican), (dem, democratic)]


def test_equal_lines_without_a_party_pair_by_place() -> None:
    ours = [Choice("Dixon", "", (spaces, 0)) for spaces in (1, 0, 2)]
    theirs = [Choice("Dixon", party) for party in ("DEM", "WFM", "GRN")]
    found = pair_choices(lines(*ours), lines(*theirs), {})
    assert found.pairs == [(ours[1], theirs[0]), (ours[0], theirs[1]), (ours[2], theirs[2])]


def test_lines_that_cannot_be_told_apart_are_a_doubt() -> None:
    one, second = Choice("NOBODY", ""), Choice("NOBODY", "", (0, 1))
    cases = [
        (lines(one), lines(one, second), NUMBERS_DIFFER),
        (lines(Choice("SMITH", "REP")), lines(Choice("SMITH", "DEM")), PARTIES_DIFFER),
        (lines(one, second, uneven=frozenset({"NOBODY"})), lines(one, second), LINES_MISSING),
    ]
    for a, b, why in cases:
        found = pair_choices(a, b, {})
        assert found.pairs == []
        assert [doubt.why for doubt in found.doubts] == [why]


def test_precincts_pair_by_number_where_all_have_one() -> None:
    ours = [Precinct(1, "East"), Precinct(2, "West")]
    theirs = [Precinct(2, "WEST"), Precinct(1, "")]
    found = pair_precincts(ours, theirs, {}, NOT_CUT)
    assert found.pairs == [(ours[0], theirs[1]), (ours[1], theirs[0])]


def test_a_number_that_contradicts_the_names_is_a_doubt() -> None:
    ours = [Precinct(1, "East"), Precinct(2, "West")]
    theirs = [Precinct(1, "West"), Precinct(2, "East")]
    found = pair_precincts(ours, theirs, {}, NOT_CUT)
    assert found.pairs == []
    assert {doubt.why for doubt in found.doubts} == {NAMES_CROSS}


def test_precincts_pair_by_name_where_one_side_has_no_numbers() -> None:
    ours = [Precinct(1, "East"), Precinct(2, "West"), Precinct(3, "West")]
    theirs = [Precinct(None, "EAST"), Precinct(None, "WEST")]
    found = pair_precincts(ours, theirs, {}, NOT_CUT)
    assert found.pairs == [(ours[0], theirs[0])]
    assert [doubt.a for doubt in found.doubts] == [(ours[1], ours[2])]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ward 1-11", "Ward 11-1"), ("Prop 1.5", "Prop 15"), ("Bellevue I-II", "Bellevue III")],
)
def test_numbers_are_not_joined(one: str, other: str) -> None:
    found = pair_names(Names((one,)), Names((other,)), {})
    assert (found.pairs, found.doubts) == ([], [])


@pytest.mark.parametrize(
    ("one", "other"), [("St. Paul", "ST PAUL"), ("De Vos", "DEVOS"), ("Ward 1A", "WARD 1-A")]
)
def test_blanks_between_other_words_are_seen_through(one: str, other: str) -> None:
    assert pair_names(Names((one,)), Names((other,)), {}).pairs == [(one, other)]


def primary(first: str, second: str, *parties: str) -> Lines:
    """Return two contests of one title: each a person, then write-ins."""
    write_ins = [Choice("WRITE-IN", party, (0, n)) for n, party in enumerate(parties)]
    return lines(Choice(first, ""), write_ins[0], Choice(second, ""), write_ins[1])


def test_equal_lines_below_other_names_are_not_paired_in_order() -> None:
    a, b = primary("ANN", "BOB", "", ""), primary("Bob", "Ann", "", "")
    assert len(pair_choices(a, primary("Ann", "Bob", "", ""), {}).pairs) == 4
    found = pair_choices(a, b, {})
    assert {one.name for one, _ in found.pairs} == {"ANN", "BOB"}
    assert [doubt.why for doubt in found.doubts] == [ORDER_DIFFERS]


def test_only_the_names_between_equal_lines_show_their_order() -> None:
    write_ins = [Choice("WRITE-IN", "", (0, n)) for n in range(3)]

    def contests(*names: str) -> Lines:
        people = [Choice(name, "") for name in names]
        return lines(*(line for pair in zip(people, write_ins, strict=True) for line in pair))

    found = pair_choices(contests("ANN", "BOB", "CY"), contests("ANN", "CY", "BOB"), {})
    assert [doubt.why for doubt in found.doubts] == [ORDER_DIFFERS]


def test_equal_lines_with_parties_need_no_order() -> None:
    a, b = primary("ANN", "BOB", "DEM", "REP"), primary("Bob", "Ann", "REP", "DEM")
    found = pair_choices(a, b, {})
    assert found.doubts == []
    assert all(one.party == other.party for one, other in found.pairs)


def test_a_person_can_say_that_two_parties_are_one() -> None:
    a, b = lines(Choice("ANN", "NPA")), lines(Choice("Ann", "Unaffiliated"))
    assert [doubt.why for doubt in pair_choices(a, b, {}).doubts] == [PARTIES_DIFFER]
    assert len(pair_choices(a, b, {"npa": {"unaffiliated"}}).pairs) == 1


def test_names_that_repeat_themselves_show_no_order() -> None:
    def contests(*names: str) -> Lines:
        parts = [
            (Choice(name, ""), Choice("WRITE-IN", "", (0, n)), Choice("OVER VOTES", "", (0, n)))
            for n, name in enumerate(names)
        ]
        return lines(*(line for part in parts for line in part))

    found = pair_choices(contests("ANN", "BOB"), contests("BOB", "ANN"), {})
    assert [(doubt.a[0].name, doubt.why) for doubt in found.doubts] == [
        ("WRITE-IN", ORDER_DIFFERS),
        ("OVER VOTES", ORDER_DIFFERS),
    ]


def test_two_cut_names_that_begin_one_name_are_a_doubt() -> None:
    cut = Names(("House of", "House of R"), frozenset({8, 10}))
    found = pair_names(cut, Names(("House of Reps",)), {})
    assert found.pairs == []
    assert [(set(doubt.a), doubt.why) for doubt in found.doubts] == [(set(cut.names), CUT)]
