"""Sums an EL155 vote image log by precinct and terminal, and says where it contradicts itself."""

from collections import Counter, defaultdict
from itertools import pairwise

from election.documents import VoteImageCount, VoteImagePrecinct, VoteImageTerminal
from election.listings import ListingCheck
from parsers.unity.el155.lines import BLANK_BALLOT, Choice, PageHeader
from parsers.unity.el155.trailer import Trailer
from parsers.unity.findings import Findings


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
        self.findings = Findings()
        self._most_votes: dict[str, int] = {}

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
            message = "A blank ballot whose record has further lines."
            self.findings.add(ListingCheck.RECORD, message, line)
        elif not self._ascend(keys):
            # Two ballots that ran together say nothing about the votes that one may carry.
            message = "Candidate numbers do not ascend within this record."
            self.findings.add(ListingCheck.RECORD, message, line)
        else:
            for contest, count in Counter(self.contest_of[key] for key in keys).items():
                self._most_votes[contest] = max(count, self._most_votes[contest])

    def record(self, *, trailer_expected: bool) -> VoteImagePrecinct:
        """Return sums and disagreements; to be called once, at the end of the listing."""
        self._compare_meanings()
        counted_on = (self.first_line, self.last_line)
        if self.trailer.lines:
            self.trailer.compare(self._counted(), counted_on, self.findings)
        elif trailer_expected:
            message = "No PRECINCT TOTALS for these lines, though other precincts have them."
            self.findings.add(ListingCheck.PRECINCT_TOTALS, message, *counted_on)
        return VoteImagePrecinct(
            number=self.number,
            name=self.name,
            terminals=tuple(tally.record(self.choices) for tally in self.terminals.values()),
            most_votes=tuple(self._most_votes.items()),
            trailer=tuple(self.trailer.cells) if self.trailer.lines else None,
            disagreements=self.findings.all(),
        )

    def _ascend(self, keys: list[bytes]) -> bool:
        """Say whether numbers ascend; several write-ins of one contest may share theirs."""
        return all(a < b or (a == b and self.choices[b].write_in) for a, b in pairwise(keys))

    def _compare_meanings(self) -> None:
        meanings: defaultdict[int, list[Choice]] = defaultdict(list)
        for choice in self.choices.values():
            meanings[choice.number].append(choice)
        for number, (first, *others) in sorted(meanings.items()):
            if others:
                count = f"{1 + len(others)} meanings"
                message = f"Candidate {number} has {count}: {first.meaning}, {others[0].meaning}."
                lines = (first.line, *(choice.line for choice in others))
                self.findings.add(ListingCheck.CANDIDATE_NUMBER, message, *lines)

    def _counted(self) -> Counter[int]:
        counted: Counter[int] = Counter()
        for terminal in self.terminals.values():
            for key, votes in terminal.votes.items():
                if key != BLANK_BALLOT:
                    counted[self.choices[key].number] += votes
        return counted
