"""Sums an EL155 vote image log by precinct and terminal, and says where it contradicts itself."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from election.documents import VoteImageCount, VoteImagePrecinct, VoteImageTerminal
from parsers.unity.el155.lines import BLANK_BALLOT, Choice, PageHeader
from parsers.unity.el155.trailer import Trailer

MOST_DISAGREEMENTS = 100
"""Per precinct: a listing that is wrong throughout would otherwise repeat itself as text."""

_MOST_LINES_NAMED = 5


class TerminalTally:
    """Sums of one terminal in one precinct."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.ballots = 0
        self.votes: defaultdict[bytes, int] = defaultdict(int)
        """By key; the key of a blank ballot counts blank ballots."""

    def record(self, choices: dict[bytes, Choice]) -> VoteImageTerminal:
        """Return the sums in ballot order."""
        counts = tuple(
            VoteImageCount(choice.number, choice.contest, choice.name, choice.write_in, votes)
            for key, votes in sorted(self.votes.items())
            if (choice := choices.get(key))
        )
        blank_ballots = self.votes.get(BLANK_BALLOT, 0)
        return VoteImageTerminal(self.serial, self.ballots, blank_ballots, counts)


class PrecinctTally:
    """What a listing says of one precinct so far; no ballot is kept."""

    def __init__(self, header: PageHeader, line: int) -> None:
        self.number = header.precinct
        self.name = header.name
        self.first_line = line
        self.last_line = line
        self.terminals: dict[str, TerminalTally] = {}
        self.choices: dict[bytes, Choice] = {}
        self.contest_of: dict[bytes, str] = {BLANK_BALLOT: ""}
        """Contest of each key that a vote line of this precinct may have."""
        self.trailer = Trailer()
        self._most_votes: dict[str, int] = {}
        self._disagreements: list[str] = []
        self._left_out = 0

    def disagree(self, text: str) -> None:
        """Keep the first MOST_DISAGREEMENTS contradictions and count the others."""
        if len(self._disagreements) < MOST_DISAGREEMENTS:
            self._disagreements.append(text)
        else:
            self._left_out += 1

    def learn(self, choice: Choice) -> None:
        """Remember a choice that a vote line shows for the first time."""
        self.choices[choice.key] = choice
        self.contest_of[choice.key] = choice.contest
        self._most_votes.setdefault(choice.contest, 1)

    def add_record(self, terminal: TerminalTally, keys: list[bytes], line: int) -> None:
        """Add one cast vote record, which starts on `line`, to the sums."""
        votes = terminal.votes
        for key in keys:
            votes[key] += 1
        # Keys begin with the candidate number, right-aligned: they sort as the numbers do.
        contests = set(map(self.contest_of.__getitem__, keys))
        usual = sorted(keys) == keys and len(contests) == len(keys)
        if usual and (keys[0] != BLANK_BALLOT or len(keys) == 1):
            return
        if BLANK_BALLOT in keys:
            self.disagree(f"Line {line}: a blank ballot whose record has further lines.")
        elif not self._ascend(keys):
            # Two ballots that ran together say nothing about the votes that one may carry.
            self.disagree(f"Line {line}: candidate numbers do not ascend within this record.")
        else:
            for contest, count in Counter(self.contest_of[key] for key in keys).items():
                self._most_votes[contest] = max(count, self._most_votes[contest])

    def record(self, *, trailer_expected: bool) -> VoteImagePrecinct:
        """Return sums and disagreements; to be called once, at the end of the listing."""
        for text in (*self._two_meanings(), *self._trailer_differences(trailer_expected)):
            self.disagree(text)
        left_out = (f"And {self._left_out} more.",) if self._left_out else ()
        return VoteImagePrecinct(
            number=self.number,
            name=self.name,
            terminals=tuple(tally.record(self.choices) for tally in self.terminals.values()),
            most_votes=tuple(self._most_votes.items()),
            trailer=tuple(self.trailer.cells) if self.trailer.lines else None,
            disagreements=(*self._disagreements, *left_out),
        )

    def _ascend(self, keys: list[bytes]) -> bool:
        """Say whether numbers ascend; several write-ins of one contest may share theirs."""
        return all(a < b or (a == b and self.choices[b].write_in) for a, b in pairwise(keys))

    def _two_meanings(self) -> Iterator[str]:
        lines: defaultdict[int, list[int]] = defaultdict(list)
        for choice in self.choices.values():
            lines[choice.number].append(choice.line)
        for number, seen in sorted(lines.items()):
            if len(seen) > 1:
                where = ", ".join(map(str, seen[:_MOST_LINES_NAMED]))
                yield f"Candidate {number} has {len(seen)} meanings, first on lines {where}."

    def _trailer_differences(self, trailer_expected: bool) -> Iterator[str]:
        counted_on = f"lines {self.first_line} to {self.last_line}"
        if self.trailer.lines:
            yield from self.trailer.differences(self._counted(), counted_on)
        elif trailer_expected:
            yield f"No PRECINCT TOTALS for {counted_on}, though other precincts have them."

    def _counted(self) -> Counter[int]:
        counted: Counter[int] = Counter()
        for terminal in self.terminals.values():
            for key, votes in terminal.votes.items():
                if key != BLANK_BALLOT:
                    counted[self.choices[key].number] += votes
        return counted
