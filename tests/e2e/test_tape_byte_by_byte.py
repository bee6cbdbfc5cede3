"""What the framer cuts from a line that trickles is what the parser reads from a whole tape."""

import pytest

from drivers.print_job_framer import PrintJobFramer
from election.captures import Ending
from election.definition_file import load_definition
from election.documents import Tape
from parsers.registry import load_parsers, parser_for
from simulators.election_night import NightPlan, TapeJob, plan_night
from simulators.sample import sample_definition_bytes

PARSERS = ("m100-tape", "ivotronic-tape")


@pytest.fixture(scope="module")
def jobs() -> tuple[TapeJob, ...]:
    """Return a zero and a results tape of both classes of devices."""
    loaded = load_definition(sample_definition_bytes(), "sample")
    plan: NightPlan = plan_night(loaded.definition, loaded.sha256, seed=3)
    first = {(job.tape.device_class, job.tape.kind): job for job in reversed(plan.jobs)}
    assert len(first) == 4
    return tuple(first.values())


def read(content: bytes) -> Tape:
    document = parser_for(content, load_parsers(PARSERS)).parse(content)
    assert isinstance(document, Tape)
    return document


def framer() -> PrintJobFramer:
    return PrintJobFramer(end_marker=b"*** END OF REPORT ***", idle_s=30, max_job_bytes=512 * 1024)


def test_a_tape_that_comes_one_byte_at_a_time_is_the_same_document(
    jobs: tuple[TapeJob, ...],
) -> None:
    for job in jobs:
        line = framer()
        taken = [
            found for at, byte in enumerate(job.wire) for found in line.feed(bytes([byte]), at)
        ]
        assert [found.ending for found in taken] == [Ending.WHOLE]
        assert read(taken[0].content) == read(job.wire) == job.tape
