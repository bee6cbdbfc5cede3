"""Whether a medium belongs here: these machines, this definition, this mode, the original."""

from collections.abc import Iterator, Mapping

from election.definition import AssignedDevice, Contest, Mode
from election.definition_file import LoadedDefinition
from election.documents import DeviceClass, ReportKind
from election.findings import Finding, Severity
from election.media import M100Card, MediumContest, MediumIdentity, Peb, TerminalFlash
from gateway.checks.candidate_numbers import candidate_numbers
from gateway.checks.wording import found, listed, name_of_device, name_of_unit, wrong_contests
from gateway.media_sets import media_sets
from gateway.medium_placement import device_of_medium, name_of_medium, precincts_of_medium
from gateway.packets import History, Packet
from gateway.reports import contents, tape_sets, tapes
from parsers.tapes.columns import plain

TEXT_WIDTH = 40
"""Characters of a name in a definition block (profile `zt-defblock-1`)."""


def no_phantom_medium(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C24: every card, PEB and terminal flash is of a machine of this precinct."""
    precinct = loaded.definition.precinct_by_id[packet.key.precinct]
    terminals = {serial for device in precinct.devices for serial in device.terminals}
    strangers = [
        (name_of_medium(medium), "medium")
        for medium in _media(packet)
        if device_of_medium(medium, precinct) is None
    ]
    strangers += [
        (f"Terminal {terminal.serial}", f"PEB {peb.peb}")
        for peb in contents(packet, Peb)
        if not peb.damage
        for terminal in peb.terminals
        if terminal.serial not in terminals
    ]
    for who, where in dict(strangers).items():
        yield found(
            "C24",
            Severity.BLOCK,
            f"{who} is not assigned to precinct {precinct.number:04}. Read the number on the "
            "machine again; if it is right, stop and report it.",
            where,
        )


def no_test_or_backup(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C37: no test card, automatic test, backup or copy counts in place of the live medium."""
    test_mode = loaded.definition.mode is Mode.TEST
    for medium, identity in _identified(packet):
        marks = [
            name
            for name, is_set in (
                ("TEST", identity.flags.test and not test_mode),
                ("OFFICIAL", test_mode and not identity.flags.test),
                ("AUTO-READ", identity.flags.auto_read),
                ("BACKUP", identity.flags.backup),
                (f"COPY {_copy(medium)}", bool(_copy(medium))),
            )
            if is_set
        ]
        if marks:
            yield found(
                "C37",
                Severity.BLOCK,
                f"{name_of_medium(medium)} is marked {listed(marks)}. Nothing of it counts. Find "
                "the live one of this precinct; it should be in the pink static pack.",
                f"definition {loaded.definition.mode}",
            )


def official_mode_takes_no_test(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C63: in official mode no test material is loaded."""
    if loaded.definition.mode is Mode.TEST:
        return
    tests = [
        name_of_medium(medium) for medium, identity in _identified(packet) if identity.flags.test
    ]
    tests += [
        f"the {tape.kind} tape of {name_of_unit(tape)}" for tape in tapes(packet) if tape.test
    ]
    if tests:
        yield found(
            "C63",
            Severity.BLOCK,
            f"The gateway is in official mode and this is test material: {listed(tests)}. Nothing "
            "was loaded.",
        )


def medium_definition(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C64: the medium carries this very definition."""
    expected = (loaded.definition.version, loaded.sha256)
    for medium, identity in _identified(packet):
        carried = (identity.definition_version, identity.definition_sha256)
        if carried != expected:
            yield found(
                "C64",
                Severity.BLOCK,
                f"{name_of_medium(medium)} was loaded with another ballot definition. Its totals "
                "may stand under the wrong names. Keep it, use the tape only after comparison by "
                "two people.",
                f"medium {carried[0]} {carried[1][:16]}, expected {expected[0]} {expected[1][:16]}",
            )


def contests_on_medium(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C03: card and PEB carry the contests of the precinct, in the order of the ballot."""
    contests = loaded.definition.contests_of[packet.key.precinct]
    numbers = candidate_numbers(contests)
    expected = {contest.id: _as_defined(contest, numbers) for contest in contests}
    for medium in _media(packet):
        if isinstance(medium, TerminalFlash) or medium.damage:
            continue
        carried = {contest.contest: _as_carried(contest) for contest in medium.contests}
        wrong = [
            f"{contest:04} {_difference(carried.get(contest), expected.get(contest))}"
            for contest in sorted(carried.keys() | expected.keys())
            if carried.get(contest) != expected.get(contest)
        ]
        if wrong:
            yield wrong_contests(name_of_medium(medium), wrong)


def one_original(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C65: of each scanner one card was read, and it is the one that the tapes name."""
    named = _cards_on_tapes(packet, loaded)
    for media in media_sets(packet, loaded.definition):
        if media.device.device_class is not DeviceClass.M100:
            continue
        name = name_of_device(media.device)
        read = {(card.card, card.copy) for card in media.media if isinstance(card, M100Card)}
        cards = {card for card, _ in read}
        strange = cards - named.get(media.device, cards)
        if len(read) > 1:
            yield found(
                "C65",
                Severity.BLOCK,
                f"A different card of {name} is already here. Do not load it. Lay both cards side "
                "by side and call the supervisor.",
                f"cards {listed(f'{card} copy {copy}' for card, copy in sorted(read))}",
            )
        elif strange:
            yield found(
                "C65",
                Severity.BLOCK,
                f"The card that was read is not the one that the tapes of {name} name. Find that "
                "one, lay both side by side and call the supervisor.",
                f"card {listed(sorted(strange))}, on the tapes "
                f"{listed(sorted(named[media.device]))}",
            )


def _cards_on_tapes(packet: Packet, loaded: LoadedDefinition) -> dict[AssignedDevice, set[str]]:
    """Return the cards that intact tapes name, by scanner."""
    named: dict[AssignedDevice, set[str]] = {}
    for kind in ReportKind:
        for tape_set in tape_sets(packet, loaded.definition, kind):
            for tape in tape_set.sound:
                if tape.card:
                    named.setdefault(tape_set.device, set()).add(tape.card)
    return named


def one_precinct_on_peb(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C36: a PEB that holds the votes of several precincts in one sum gives none of them totals."""
    for media in media_sets(packet, loaded.definition):
        for peb in media.media:
            if not isinstance(peb, Peb) or peb.identity.precinct:
                continue
            places = precincts_of_medium(peb, loaded.definition)
            if len(places) > 1:
                yield found(
                    "C36",
                    Severity.BLOCK,
                    f"PEB {peb.peb} holds the votes of several precincts in one sum. Nothing of it "
                    "counts. Have these precincts set up to report by vote image log.",
                    f"precincts {listed(f'{precinct.number:04}' for precinct, _ in places)}",
                )


def same_qualification(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C02: all PEBs of the packet carry one election qualification code."""
    codes = {(peb.peb, peb.qualification_code) for peb in contents(packet, Peb) if not peb.damage}
    if len({code for _, code in codes}) > 1:
        yield found(
            "C02",
            Severity.BLOCK,
            "A PEB was not qualified for this election. Do not use it; call the election office "
            "for the inventory record.",
            listed(f"PEB {peb} {code:08X}" for peb, code in sorted(codes)),
        )


def _media(packet: Packet) -> tuple[M100Card | Peb | TerminalFlash, ...]:
    return (
        *contents(packet, M100Card),
        *contents(packet, Peb),
        *contents(packet, TerminalFlash),
    )


def _identified(
    packet: Packet,
) -> Iterator[tuple[M100Card | Peb | TerminalFlash, MediumIdentity]]:
    for medium in _media(packet):
        if medium.identity is not None:
            yield medium, medium.identity


def _copy(medium: M100Card | Peb | TerminalFlash) -> int:
    return medium.copy if isinstance(medium, M100Card) else 0


_Ballot = tuple[str, int, bool, frozenset[tuple[int, int, str]]]
"""Title, votes allowed, whether write-ins are counted; choices: id, candidate number, name."""


def _as_defined(contest: Contest, numbers: Mapping[tuple[int, int], int]) -> _Ballot:
    choices = frozenset(
        (choice.id, numbers[contest.id, choice.id], _folded(choice.name))
        for choice in contest.choices
    )
    return _folded(contest.title), contest.votes_allowed, contest.write_in, choices


def _as_carried(contest: MediumContest) -> _Ballot:
    choices = frozenset(
        (choice.choice, choice.candidate, _folded(choice.name)) for choice in contest.choices
    )
    return _folded(contest.title), contest.votes_allowed, contest.write_in, choices


def _difference(carried: _Ballot | None, expected: _Ballot | None) -> str:
    if carried is None:
        return "is missing"
    return "is not on this ballot" if expected is None else "differs"


def _folded(text: str) -> str:
    """Return `text` cut as media cut it, without accents, case, repeated or outer blanks."""
    return " ".join(plain(text)[:TEXT_WIDTH].split()).casefold()
