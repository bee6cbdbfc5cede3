"""Plain words mean what typer makes of them, and everything else is left to typer."""

import functools
import inspect
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Annotated

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import zerotape
from listings.compare_command import compare
from listings.parse_command import Format, parse
from runtime.plain_words import plain_values
from runtime.verifying import verify
from simulators.demo.cli import demo

COMMANDS = (parse, compare, verify, demo)
PLAIN: tuple[tuple[str, ...], ...] = (
    ("a.lst",),
    ("x=y",),
    ("é",),
    ("--as", "el30"),
    ("--as=el30",),
    ("--format", "json"),
)
PLAIN += (("--format=csv",), ("--records",), ("--out=o.csv",), ("--names", "n.csv"), ("--exit",))
OTHERS: tuple[tuple[str, ...], ...] = (
    ("",),
    ("-",),
    ("--",),
    ("-o",),
    ("-h",),
    ("--help",),
    ("--as=",),
    ("--as",),
    ("CSV",),
)
OTHERS += (("--records=yes",), ("--no-records",), ("--rec",), ("--seed", "7"), ("--format", "xml"))
LINES = st.lists(st.sampled_from(PLAIN), max_size=4) | st.lists(
    st.sampled_from(PLAIN + OTHERS), max_size=5
)


def by_typer(command: Callable[..., object], words: list[str]) -> dict[str, object] | None:
    """Return what typer calls `command` with, or None where it does not."""
    seen: dict[str, object] = {}

    @functools.wraps(command)
    def called(*args: object, **kwargs: object) -> None:
        seen.update(inspect.signature(command).bind(*args, **kwargs).arguments)

    app = typer.Typer(add_completion=False)
    app.command()(called)
    return seen if CliRunner().invoke(app, words).exit_code == 0 and seen else None


@given(st.sampled_from(COMMANDS), LINES.map(lambda parts: [*chain.from_iterable(parts)]))
def test_what_is_plain_means_what_typer_makes_of_it(
    command: Callable[..., object], words: list[str]
) -> None:
    values = plain_values(command, words)
    assert values is None or values == by_typer(command, words)


def test_plain_words_are_taken() -> None:
    assert plain_values(parse, ["a", "--format=json", "--as", "el30", "b"]) == {
        "files": [Path("a"), Path("b")],
        "as_format": "el30",
        "output": Format.JSON,
        "out": None,
        "records": False,
    }
    values = plain_values(compare, ["a", "--names", "n.csv", "b"])
    assert values is not None
    assert (values["a"], values["b"], values["names"]) == (Path("a"), Path("b"), Path("n.csv"))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["a", "--rec"],
        ["a", "--format", "xml"],
        ["a", "--as"],
        ["a", "--as", "--records"],
        ["a", "--records=yes"],
        ["--", "--a"],
        ["-"],
        [""],
    ],
)
def test_help_mistakes_and_what_could_be_two_things_are_left_to_typer(words: list[str]) -> None:
    assert plain_values(parse, words) is None


def test_a_parameter_that_typer_would_check_or_ask_for_is_left_to_it() -> None:
    def checked(file: Annotated[Path, typer.Argument(exists=True)]) -> None: ...
    def asked(*, name: Annotated[str, typer.Option(prompt=True)] = "") -> None: ...
    def counted(*, number: Annotated[int, typer.Option()] = 0) -> None: ...

    assert plain_values(checked, ["a"]) is None
    assert plain_values(asked, ["--name", "a"]) is None
    assert plain_values(counted, ["--number", "1"]) is None


def test_a_refusal_of_the_command_itself_is_told_beside_its_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["zerotape", "parse", "a", "--as", "el31"])
    with pytest.raises(SystemExit) as ended:
        zerotape.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "parse [OPTIONS]" in said
    assert "Invalid value for --as: 'el31' is none of" in said
    assert said.count("Usage") == 1


def test_an_exit_status_of_a_plain_command_is_that_of_the_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in ("a.csv", "b.csv"):
        (tmp_path / file).write_text("precinct,contest,choice,votes\n")
    monkeypatch.setattr(sys, "argv", ["zerotape", "parse", str(tmp_path / "a.csv")])
    with pytest.raises(SystemExit) as ended:
        zerotape.main()
    assert ended.value.code == zerotape.OPERATIONAL_FAILURE
    assert "a.csv" in capsys.readouterr().err
