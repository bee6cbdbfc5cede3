"""The definition block of a ballot, as the election software would load it onto a medium."""

from collections.abc import Collection

from parsers.media.definition_block import BlockChoice, BlockContest, DefinitionBlock
from parsers.media.definition_block_layout import ContestKind
from simulators.ballot_layout import BallotLayout, ContestLayout


def definition_block(layout: BallotLayout, measures: Collection[int] = ()) -> DefinitionBlock:
    """Return the block of `layout`; contests in `measures` have no candidates.

    Candidate numbers run through the ballot; a write-in position has the one after the choices.
    """
    contests: list[BlockContest] = []
    candidate = 1
    for contest in layout.contests:
        kind = ContestKind.MEASURE if contest.number in measures else ContestKind.CANDIDATE
        contests.append(_contest(contest, kind, candidate))
        candidate = contests[-1].candidates.stop
    return DefinitionBlock(tuple(contests))


def _contest(contest: ContestLayout, kind: ContestKind, first_candidate: int) -> BlockContest:
    return BlockContest(
        contest=contest.number,
        kind=kind,
        title=contest.title,
        votes_allowed=contest.votes_allowed,
        write_in=contest.write_in,
        choices=tuple(
            BlockChoice(choice.number, candidate, choice.name, choice.party)
            for candidate, choice in enumerate(contest.choices, start=first_candidate)
        ),
    )
