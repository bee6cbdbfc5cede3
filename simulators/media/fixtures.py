"""Cards on which something went wrong, by the name of the failure; all from the sample election."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from simulators.errors import Refused
from simulators.media.card_damage import edited, forged, malformed, marked_as_backup
from simulators.media.m100_samples import Day, ballot_time, closed, voting_day, whole_day
from simulators.media.sample_ballots import m100_ballots
from simulators.media.sample_election import DEFINITION, M100_BALLOTS, sample_layout

TEST_DECK = 36
"""Ballots of a test deck."""

ANOTHER_CARD = "M100C-0000933"
OLDER_DEFINITION = sha256(DEFINITION.replace(b'"version":1', b'"version":0')).hexdigest()


def m100_fixture(name: str) -> bytes:
    """Return the card called `name` in M100_FIXTURES; raise Refused."""
    if name not in M100_FIXTURES:
        raise Refused(f"{name!r} is none of {', '.join(M100_FIXTURES)}.")
    return M100_FIXTURES[name]()


def _wp_close() -> bytes:
    day = Day(protected=range(401, M100_BALLOTS + 1), protected_at_close=True)
    return whole_day(day).card.image


def _wp_window() -> bytes:
    return whole_day(Day(protected=range(201, 261))).card.image


def _crc_edit() -> bytes:
    return edited(closed())


def _crc_forged() -> bytes:
    return forged(closed())


def _torn() -> bytes:
    """Let the power fail while the last ballot is counted, before its header is written."""
    scanner = voting_day(Day(ballots=M100_BALLOTS - 1))
    scanner.card.writes_before_power_fails = 2
    scanner.count(m100_ballots()[-1], ballot_time(M100_BALLOTS))
    return scanner.card.image


def _malformed() -> bytes:
    return malformed(closed())


def _old_def() -> bytes:
    layout = replace(sample_layout(), definition_version=0, definition_sha256=OLDER_DEFINITION)
    return whole_day(Day(layout=layout)).card.image


def _test_mode() -> bytes:
    return whole_day(Day(layout=replace(sample_layout(), test=True))).card.image


def _backup() -> bytes:
    return marked_as_backup(whole_day(Day(ballots=TEST_DECK)).card.image)


def _second_card() -> bytes:
    return whole_day(Day(card=ANOTHER_CARD, ballots=500)).card.image


def _clock_66h() -> bytes:
    return whole_day(Day(clock=timedelta(hours=-66))).card.image


M100_FIXTURES: Mapping[str, Callable[[], bytes]] = {
    "wp-close": _wp_close,
    "wp-window": _wp_window,
    "crc-edit": _crc_edit,
    "crc-forged": _crc_forged,
    "torn": _torn,
    "malformed": _malformed,
    "old-def": _old_def,
    "test-mode": _test_mode,
    "backup": _backup,
    "second-card": _second_card,
    "clock-66h": _clock_66h,
}
"""What each is for is said in `docs/formats/m100-card.md`."""
