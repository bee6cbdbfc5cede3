"""Every command of the simulated devices, as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from election.errors import ZerotapeError
from parsers.registry import load_parser
from simulators.bench.cli import HELP
from simulators.bench.fault_list import FAULTS
from simulators.cli import app

WRITTEN = {
    "m100": ["m100-tape", "m100-tape", "m100-card"],
    "ivotronic": ["ivotronic-tape", "ivotronic-tape", "peb", "flash-card"],
    "printer": ["m100-tape", "m100-tape", "ivotronic-tape", "ivotronic-tape"],
    "cradle": ["peb"],
    "card-reader": ["m100-card", "flash-card"],
    "bench": [
        *("m100-tape", "m100-tape", "ivotronic-tape", "ivotronic-tape"),
        *("m100-card", "peb", "flash-card"),
    ],
}
"""Which parser reads what a command writes, in order."""


def simulate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def written(folder: Path, *arguments: str | Path) -> list[bytes]:
    done = simulate(*arguments, "--out", folder)
    assert done.exit_code == 0, done.output
    return [path.read_bytes() for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("command", WRITTEN)
def test_every_command_writes_what_the_gateway_can_read(
    command: str, tmp_path: Path, small_definition: Path
) -> None:
    contents = written(tmp_path / "out", command, "--definition", small_definition)
    assert len(contents) == len(WRITTEN[command])
    for content, name in zip(contents, WRITTEN[command], strict=True):
        parser = load_parser(name)
        assert parser.recognises(content[:4096])
        assert not getattr(parser.parse(content), "damage", ())


def test_all_commands_are_tried_here() -> None:
    assert list(WRITTEN) == [str(name) for name in HELP]


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    tmp_path: Path, small_definition: Path
) -> None:
    folders = [tmp_path / name for name in ("first", "again", "other")]
    fault = (
        "--definition",
        small_definition,
        "--fault",
        "crc-page=272",
        "--fault",
        "clock=-1h",
        "--fault",
        "line-noise",
    )
    first, again, other = (
        written(folder, "bench", "--seed", seed, *fault)
        for folder, seed in zip(folders, ("4", "4", "5"), strict=True)
    )
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_a_fault_changes_only_what_it_strikes(tmp_path: Path, small_definition: Path) -> None:
    bench = ("bench", "--definition", small_definition)
    sound = written(tmp_path / "sound", *bench)
    struck = written(tmp_path / "struck", *bench, "--fault", "crc-page=272")
    assert [a == b for a, b in zip(sound, struck, strict=True)] == [True] * 5 + [False, True]


def test_nothing_is_ever_overwritten(tmp_path: Path, small_definition: Path) -> None:
    arguments = ("cradle", "--definition", small_definition)
    written(tmp_path / "out", *arguments)
    done = simulate(*arguments, "--out", tmp_path / "out")
    assert isinstance(done.exception, ZerotapeError)
    assert "is there already" in str(done.exception)


def test_a_script_is_followed_and_told_of(tmp_path: Path, small_definition: Path) -> None:
    script = tmp_path / "script"
    script.write_text("insert 1\ninsert 2\npull card-reader\nunplug printer\nquit\n")
    arguments = ("--definition", small_definition, "--script", script)
    done = simulate("card-reader", *arguments, "--folder", tmp_path / "devices")
    assert done.exit_code == 0, done.output
    told = done.output.partition("medium 2")[2].splitlines()[1:]
    assert told == [
        "card-reader: memory card M100C-0204401 is in.",
        "insert 2: A card is in the reader. Pull it, or plug it in, first.",
        "card-reader: it is empty.",
        "unplug printer: 'printer' is not at this bench. There are: card-reader.",
        "All is done. The devices are unplugged.",
    ]


def test_an_interactive_session_explains_what_it_does_not_understand(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["cradle", "--interactive", "--folder", str(tmp_path)], input="dance\nlist\nquit\n"
    )
    assert done.exit_code == 0, done.output
    assert "'dance' is no action" in done.output
    assert done.output.count("medium 1: PEB 299101 (cradle)") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("m100", "--precinct", "77"), "is no precinct of this election"),
        (("m100", "--fault", "crc-page"), "not of m100"),
        (("card-reader", "--fault", "reader-stalls-at"), "Add --usbredir"),
        (("cradle", "--fault", "cradle-busy", "--out", "x"), "Play it without --out"),
        (("ivotronic", "--fault", "zero-short"), "where a precinct has two"),
        (("ivotronic", "--fault", "crc-page=4096"), "takes a page, from 0 to 4095"),
        (("m100", "--fault", "paper-out-at-line=9999"), "fewer than 9999 lines"),
        (("bench", "--script", "no-such-file"), "cannot be read"),
        (("bench", "--definition", "no-such-file"), "cannot be read"),
        (("cradle", "--usbredir", "--folder", "x" * 200), "Name another place with --folder"),
    ],
)
def test_what_cannot_be_done_is_explained_in_words(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = simulate(*arguments)
    assert isinstance(done.exception, ZerotapeError), done.output
    assert words in str(done.exception)


def test_the_list_of_faults_is_for_people_and_for_scripts() -> None:
    for_people, for_scripts = simulate("faults"), simulate("faults", "--json")
    listed = json.loads(for_scripts.output)
    assert [fault["name"] for fault in listed] == list(FAULTS)
    assert all(kind.usage in for_people.output for kind in FAULTS.values())


@pytest.mark.parametrize("command", WRITTEN)
def test_help_teaches_with_an_example_that_is_right(command: str) -> None:
    shown = " ".join(simulate(command, "--help").output.split())
    _, example = next(taught for name, taught in HELP.items() if name == command)
    assert example in shown
    assert "--fault" in shown
