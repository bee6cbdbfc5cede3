"""What the words of a totals listing stand for in a definition."""

import pytest

from election.definition import Choice, Contest
from election.listings import ListedContest, ListedCount
from gateway.listed_texts import LABEL_CUT, same_text
from gateway.listed_totals import Ballot, RowKind


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("A" * 36, False), ("A" * 37, True), ("A" * 38, True), ("A" * 36 + "B", False)],
)
def test_only_a_text_as_long_as_its_field_may_be_cut(printed: str, expected: bool) -> None:
    assert same_text(printed, "A" * 60, LABEL_CUT) is expected


def test_words_that_stand_for_several_things_are_looked_up_with_all_that_tells_them_apart() -> None:
    def contest(number: int, party: str) -> Contest:
        smiths = tuple(Choice(id=each, name="PAT POE", party=p) for each, p in enumerate("DR", 1))
        return Contest(id=number, title="CLERK", party=party, district="county", choices=smiths)

    ballot = Ballot((contest(1, "DEM"), contest(2, "REP"), contest(3, "REP")))
    seen = [
        ballot.contest(ListedContest("CLERK", (), party=party, number=number))
        for party, number in (("DEM", None), ("REP", 2), ("REP", 3), ("REP", None))
    ]
    assert [each and each.id for each in seen] == [1, 2, 3, None]
    clerk = contest(1, "DEM")
    rows = [ListedCount("PAT POE", 1, party=party, number=n) for party, n in (("D", 0), ("R", 0))]
    rows += [ListedCount("PAT POE", 1, number=number) for number in (2, 1, 9)]
    assert [ballot.line(row, clerk) for row in rows] == [
        (RowKind.CHOICE, 1),
        (RowKind.CHOICE, 2),
        (RowKind.CHOICE, 2),
        (RowKind.CHOICE, 1),
        None,
    ]
    plain = clerk.model_copy(
        update={"id": 8, "choices": (*clerk.choices, Choice(id=3, name="PAT POE"))}
    )
    assert ballot.line(rows[3], plain) == (RowKind.CHOICE, 3)  # the one without a party, too
    alone = clerk.model_copy(update={"id": 9, "choices": clerk.choices[1:]})
    assert ballot.line(rows[3], alone) == (RowKind.CHOICE, 2)
