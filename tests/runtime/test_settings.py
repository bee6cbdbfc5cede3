"""Configuration: every wrong key is named, and paths begin at the file."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from runtime.settings import MAX_BYTES, ConfigurationError, ConfiguredPath, Settings, read_settings


class Line(Settings):
    url: str
    baud: Annotated[int, Field(ge=50)] = 9600


class Daemon(Settings):
    state: ConfiguredPath
    line: Line
    level: str = "info"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "daemon.toml"


def problems(file: Path, content: bytes) -> list[str]:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_settings(file, Daemon)
    assert str(file) in str(caught.value)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    assert caught.value.path == file
    return caught.value.problems


def test_values_are_read_and_defaults_filled_in(file: Path) -> None:
    file.write_text('state = "/var/lib/z"\n[line]\nurl = "/dev/ttyS0"\n')
    settings = read_settings(file, Daemon)
    assert settings == Daemon(state=Path("/var/lib/z"), line=Line(url="/dev/ttyS0"))
    assert settings.line.baud == 9600


@pytest.mark.parametrize("relative", ["state", "./state", "deep/../state"])
def test_a_relative_path_begins_at_the_folder_of_the_file(
    file: Path, relative: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f'state = "{relative}"\n[line]\nurl = "x"\n')
    monkeypatch.chdir(file.parent)
    settings = read_settings(Path(file.name), Daemon)
    assert settings.state.resolve() == (file.parent / "state").resolve()
    assert settings.state.is_absolute()


def test_home_is_expanded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/clerk")
    file.write_text('state = "~/state"\n[line]\nurl = "x"\n')
    assert read_settings(file, Daemon).state == Path("/home/clerk/state")


def test_every_wrong_key_is_named_with_its_section(file: Path) -> None:
    found = problems(file, b'levle = "debug"\n[line]\nurl = 5\nbaud = 3\nparity = "even"\n')
    places = {problem.split(":")[0] for problem in found}
    assert places == {"levle", "state", "line.url", "line.baud", "line.parity"}
    assert "levle: unknown key" in found
    assert "line.parity: unknown key" in found


def test_settings_cannot_be_changed_afterwards(file: Path) -> None:
    settings = Daemon(state=Path("/s"), line=Line(url="x"))
    with pytest.raises(ValueError, match="frozen"):
        settings.level = "debug"  # type: ignore[misc]  # that is the test


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"state = = 1", "line 1"),
        (b'state = "a"\nstate = "b"\n', "overwrite"),
        (b'state = "\xff"\n', "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "larger"),
    ],
)
def test_what_is_no_configuration_is_refused_in_words(
    file: Path, content: bytes, words: str
) -> None:
    (problem,) = problems(file, content)
    assert words in problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read_settings(tmp_path / "none.toml", Daemon)
