"""Step 9: what the definition does not know, and what does not add up, is named."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from central.messages import Fault, Message, VerifiedReturn
from central.semantics import content_faults
from election.definition import Mode
from election.documents import DeviceClass
from election.keys import KeyRole
from election.receipts import Reason, Verdict
from election.returns import (
    ChoiceVotes,
    ContestVotes,
    DeviceVotes,
    Outstanding,
    PrecinctReturn,
    Release,
    ReturnKind,
    precinct_totals,
)

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway, Key

Change = Callable[[PrecinctReturn], dict[str, Any]]


def faults_of(
    gateway: "Gateway", content: PrecinctReturn, current: str | None = None
) -> list[Fault]:
    message = Message(gateway.topic, b"", content.issued_at)
    verified = VerifiedReturn(message, gateway.center, "k", frozenset(), "0" * 64, content)
    return content_faults(verified, gateway.loaded.definition, current)


def with_contest(content: PrecinctReturn, contest: int, **changes: Any) -> dict[str, Any]:
    """Change one contest on the first device, and the totals with it."""
    first, *others = content.devices
    contests = tuple(
        part.model_copy(update=changes) if part.contest == contest else part
        for part in first.contests
    )
    devices = (first.model_copy(update={"contests": contests}), *others)
    return {"devices": devices, "totals": precinct_totals(devices)}


def with_device(content: PrecinctReturn, **changes: Any) -> dict[str, Any]:
    first, *others = content.devices
    devices = (first.model_copy(update=changes), *others)
    return {
        "devices": devices,
        "totals": precinct_totals(devices),
        "ballots": sum(device.ballots for device in devices),
    }


def first_choice(choice: int, votes: int) -> tuple[ChoiceVotes, ...]:
    return (ChoiceVotes(choice=choice, votes=votes),)


def foreign_contest(content: PrecinctReturn) -> dict[str, Any]:
    """City judge is not on the ballots of Hillside."""
    (device,) = content.devices
    judge = ContestVotes(
        contest=103, choices=(), write_ins=0, overvotes=0, undervotes=12, ballots=12
    )
    return with_device(content, contests=(*device.contests, judge))


WRONG: dict[str, tuple[Change, Reason, str]] = {
    "precinct": (lambda _: {"precinct": "nowhere"}, Reason.UNKNOWN_ID, "precinct nowhere"),
    "precinct of another center": (
        lambda _: {"precinct": "farside", "devices": (), "totals": (), "ballots": 0},
        Reason.UNKNOWN_ID,
        "precinct farside at south",
    ),
    "county": (lambda _: {"county": "other"}, Reason.UNKNOWN_ID, "in county other"),
    "counting group": (
        lambda _: {"counting_group": "late"},
        Reason.UNKNOWN_ID,
        "counting group late",
    ),
    "outstanding group": (
        lambda _: {"outstanding": (Outstanding(counting_group="late", ballots=1),)},
        Reason.UNKNOWN_ID,
        "counting group late",
    ),
    "device": (
        lambda content: with_device(content, serial="999999"),
        Reason.UNKNOWN_ID,
        "m100 999999",
    ),
    "device class": (
        lambda content: with_device(content, device_class=DeviceClass.IVOTRONIC),
        Reason.UNKNOWN_ID,
        "ivotronic 204418",
    ),
    "device missing": (
        lambda _: {"devices": (), "totals": (), "ballots": 0},
        Reason.ARITHMETIC,
        "m100 204418 is missing",
    ),
    "device twice": (
        lambda content: {"devices": content.devices * 2},
        Reason.ARITHMETIC,
        "204418 occurs twice",
    ),
    "contest": (foreign_contest, Reason.UNKNOWN_ID, "contest 103"),
    "contest twice": (
        lambda content: {"totals": (*content.totals, content.totals[0])},
        Reason.ARITHMETIC,
        "contest 101 occurs twice",
    ),
    "contest missing": (
        lambda content: with_device(content, contests=content.devices[0].contests[:1]),
        Reason.ARITHMETIC,
        "contest 102 is missing",
    ),
    "choice missing": (
        lambda content: with_contest(content, 101, choices=first_choice(1, 6), undervotes=6),
        Reason.ARITHMETIC,
        "contest 101: choice 2 is missing",
    ),
    "choice": (
        lambda content: with_contest(content, 101, choices=first_choice(9, 1)),
        Reason.UNKNOWN_ID,
        "choice 9",
    ),
    "choice twice": (
        lambda content: with_contest(content, 101, choices=first_choice(1, 1) * 2),
        Reason.ARITHMETIC,
        "choice 1 occurs twice",
    ),
    "one vote more": (
        lambda content: with_contest(content, 101, write_ins=1),
        Reason.ARITHMETIC,
        "adds up to 13, not to 12",
    ),
    "one vote less": (
        lambda content: with_contest(content, 102, undervotes=0),
        Reason.ARITHMETIC,
        "not to 24",
    ),
    "more votes than marks": (
        lambda content: with_contest(content, 101, overvotes=None, write_ins=10, undervotes=0),
        Reason.ARITHMETIC,
        "has 20 votes, at most 12 are possible",
    ),
    "more ballots in a contest than on the device": (
        lambda content: with_contest(content, 101, ballots=13, undervotes=3),
        Reason.ARITHMETIC,
        "is on 13 ballots of 12",
    ),
    "write-ins without a line": (
        lambda content: with_contest(content, 102, write_ins=1, undervotes=10),
        Reason.ARITHMETIC,
        "no write-in line",
    ),
    "totals": (
        lambda content: {
            "totals": (
                content.totals[1],
                content.totals[0].model_copy(update={"write_ins": 1, "undervotes": 1}),
            )
        },
        Reason.ARITHMETIC,
        "totals are not the sum",
    ),
    "ballots": (lambda _: {"ballots": 13}, Reason.ARITHMETIC, "ballots are not the sum"),
    "withdrawal with votes": (
        lambda _: {"kind": ReturnKind.WITHDRAWAL, "supersedes": "1" * 64},
        Reason.ARITHMETIC,
        "withdrawal carries no votes",
    ),
    "supersedes nothing": (
        lambda _: {"kind": ReturnKind.CORRECTION, "supersedes": "1" * 64},
        Reason.SUPERSEDES,
        "not the current one",
    ),
    "two-person release without officers": (
        lambda _: {"release": Release(how="two-person", reason="seal")},
        Reason.RELEASE,
        "signatures of 0 officers",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_return_with_a_wrong_part_is_refused(south: "Gateway", case: str) -> None:
    change, reason, words = WRONG[case]
    good = south.draft("hillside")
    assert faults_of(south, good) == []
    found = faults_of(south, good.model_copy(update=change(good)))
    assert any(fault.reason is reason and words in fault.detail for fault in found), found


def test_ballots_above_the_registered_voters_are_refused(south: "Gateway") -> None:
    # Riverside has 100 registered voters and two devices on election day.
    assert faults_of(south, south.draft(ballots=50)) == []
    (fault,) = faults_of(south, south.draft(ballots=51))
    assert fault.reason is Reason.BALLOTS_ABOVE_REGISTERED


def test_overvotes_are_part_of_the_balance(south: "Gateway") -> None:
    # 12 ballots, 6 and 4 votes: 2 are left, whether over- or undervoted.
    good = south.draft("hillside")
    for overvotes in (0, 1, 2):
        change = with_contest(good, 101, overvotes=overvotes, undervotes=2 - overvotes)
        assert faults_of(south, good.model_copy(update=change)) == []
    change = with_contest(good, 101, overvotes=1, undervotes=2)
    (fault,) = {fault.reason for fault in faults_of(south, good.model_copy(update=change))}
    assert fault is Reason.ARITHMETIC


def test_every_fault_is_named_not_only_the_first(central: "Central", south: "Gateway") -> None:
    envelope = south.issue(
        "hillside", county="other", ballots=12, kind=ReturnKind.CORRECTION, supersedes="1" * 64
    )
    (receipt,) = central.accept(south, envelope)
    assert receipt.reasons == (Reason.UNKNOWN_ID, Reason.SUPERSEDES)
    assert "county other" in receipt.detail
    assert "not the current one" in receipt.detail


def test_a_hostile_return_costs_a_bounded_answer(south: "Gateway") -> None:
    good = south.draft("hillside")
    devices = tuple(
        good.devices[0].model_copy(update={"serial": f"{number:06}"}) for number in range(400)
    )
    assert len(faults_of(south, good.model_copy(update={"devices": devices}))) == 20


def test_devices_may_leave_out_choices_without_votes(south: "Gateway") -> None:
    good = south.draft("riverside")
    listed: DeviceVotes = good.devices[1]
    contests = tuple(
        part.model_copy(update={"choices": part.choices[:1]}) for part in listed.contests
    )
    shown = listed.model_copy(update={"contests": contests})
    devices = (good.devices[0], shown)
    changed = good.model_copy(update={"devices": devices, "totals": precinct_totals(devices)})
    assert faults_of(south, changed) == []


def test_a_two_person_release_needs_two_persons_not_two_keys(
    central: "Central", south: "Gateway", make_gateway_key: Callable[..., "Key"]
) -> None:
    officers = [
        make_gateway_key(KeyRole.OFFICER, center=None, holder=holder, mode=Mode.TEST)
        for holder in ("ANN", "ANN", "BOB")
    ]
    for officer in officers:
        central.enrol(officer)
    released = {"release": Release(how="two-person", reason="seal C was broken")}
    one_person = south.issue("hillside", others=(officers[0], officers[1]), **released)
    two_persons = south.issue("hillside", others=(officers[0], officers[2]), **released)
    refused, accepted = central.accept(south, one_person, two_persons)
    assert refused.reasons == (Reason.RELEASE,)
    assert accepted.verdict is Verdict.ACCEPTED


def test_a_two_person_release_with_a_forged_second_signature_is_refused(
    central: "Central", south: "Gateway", make_gateway_key: Callable[..., "Key"]
) -> None:
    ann, bob = (
        make_gateway_key(KeyRole.OFFICER, center=None, holder=holder, mode=Mode.TEST)
        for holder in ("ANN", "BOB")
    )
    for officer in (ann, bob):
        central.enrol(officer)
    release = Release(how="two-person", reason="seal C was broken")
    content = south.draft("hillside", release=release)
    wire = json.loads(south.seal(content, ann, bob))
    wire["signatures"][2]["sig"] = wire["signatures"][1]["sig"]  # Ann signs in Bob's name
    forged = json.dumps(wire).encode()
    refused, accepted = central.accept(south, forged, south.seal(content, ann, bob))
    assert refused.reasons == (Reason.SIGNATURE,)
    assert accepted.verdict is Verdict.ACCEPTED
