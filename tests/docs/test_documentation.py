"""The pages say what the program does: keys, checks, reasons, fields, commands, links."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from central.config import CentralSettings, read_central_settings
from central.messages import ALARMING
from drivers.cradle.peb_cradle import PebCradleSettings
from drivers.drop_folder import DropFolderSettings
from drivers.media.block_device import BlockDeviceSettings
from drivers.media.pc_card import PcCardSettings
from drivers.print_line import PrintLineSettings
from drivers.usb.usb_storage import UsbStorageSettings
from election.definition import ElectionDefinition
from election.receipts import Reason, Receipt
from election.returns import PrecinctReturn
from gateway.checks.catalogue import CHECKS_RUN
from gateway.config import GatewaySettings, read_gateway_settings
from gateway.packets import PacketState
from gateway.web.app import STATES_IN_WORDS
from simulators.sample import sample_definition_bytes
from zerotape import command_line

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
LINKED = [*DOCS, ROOT / "README.md"]

FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OF_THIS_MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home)/")
COMMAND = re.compile(r"\bzerotape ((?:gateway|central|simulate|verify|demo)\b[^\n`|]*)")

NO_CHECK = {"C00"}
"""A finding of the desk itself, not of a check."""


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below `heading`, without its two head rows."""
    section = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^#", section, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def in_code(cell: str) -> str:
    return cell.strip("`")


def section_model(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a section: as it is, optional, or in a list."""
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    return next(
        (kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)),
        None,
    )


def keys(
    model: type[BaseModel], prefix: str = "", present: Any = None
) -> Iterator[tuple[str, str]]:
    """Yield every key of `model` and its default as the pages write it.

    `present` is the section that is in force when the file does not have it.
    """
    for key, field in model.model_fields.items():
        default = getattr(present, key) if present else field.get_default(call_default_factory=True)
        section = section_model(field.annotation)
        if section is None or default is None:
            yield prefix + key, written(default, required=field.is_required() and not present)
        if section is not None:
            many = "[]" if "tuple" in str(field.annotation) else ""
            inner = default if isinstance(default, BaseModel) else None
            yield from keys(section, f"{prefix}{key}{many}.", inner)


def written(default: Any, *, required: bool) -> str:
    if required:
        return "required"
    return "none" if default is None else f"`{json.dumps(default)}`"


def fields(model: type[BaseModel]) -> set[str]:
    found = set(model.model_fields)
    for field in model.model_fields.values():
        if section := section_model(field.annotation):
            found |= fields(section)
    return found


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("Keys of gateway.toml", GatewaySettings),
        ("Keys of central.toml", CentralSettings),
        ("Keys of print-line", PrintLineSettings),
        ("Keys of drop-folder", DropFolderSettings),
        ("Keys of pc-card", PcCardSettings),
        ("Keys of block-device", BlockDeviceSettings),
        ("Keys of usb-storage", UsbStorageSettings),
        ("Keys of peb-cradle", PebCradleSettings),
    ],
)
def test_every_configuration_key_stands_in_its_table_with_its_default(
    pages: Path, heading: str, model: type[BaseModel]
) -> None:
    table = rows((pages / "install.md").read_text(), heading)
    assert {(in_code(key), default) for key, default, _ in table} == set(keys(model))


def test_the_clerk_finds_every_check_and_none_that_is_not_run(pages: Path) -> None:
    table = rows((pages / "clerk.md").read_text(), "Checks")
    assert {row[0] for row in table} - NO_CHECK == set(CHECKS_RUN)
    assert all(all(row) for row in table)


def test_the_clerk_finds_every_state_in_the_words_of_the_page(pages: Path) -> None:
    table = rows((pages / "clerk.md").read_text(), "States")
    assert {PacketState(in_code(row[1])): row[0] for row in table} == STATES_IN_WORDS


def test_staff_find_every_reason_in_order_and_which_are_alarms(pages: Path) -> None:
    table = rows((pages / "central-staff.md").read_text(), "Reasons")
    assert [in_code(row[0]) for row in table] == list(Reason)
    assert {in_code(row[0]) for row in table if row[1] == "yes"} == set(ALARMING)


@pytest.mark.parametrize(
    ("page", "models"),
    [
        ("formats/return.md", (PrecinctReturn, Receipt)),
        ("formats/definition.md", (ElectionDefinition,)),
    ],
)
def test_every_field_of_what_is_signed_or_agreed_is_described(
    pages: Path, page: str, models: tuple[type[BaseModel], ...]
) -> None:
    described = set(re.findall(r"`(\w+)`", (pages / page).read_text()))
    assert set().union(*map(fields, models)) <= described


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            lost.append(target)
    assert not lost


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_no_page_names_a_place_of_the_machine_it_was_written_on(page: Path) -> None:
    assert not OF_THIS_MACHINE.findall(page.read_text())


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_every_command_and_option_on_a_page_exists(page: Path) -> None:
    wrong = [line for line in COMMAND.findall(page.read_text()) if not exists(line.split())]
    assert not wrong


def exists(words: list[str]) -> bool:
    """Say whether the command in `words` exists, with every option that it is given."""
    command: Any = typer.main.get_command(command_line(words[0]))
    while subcommands := getattr(command, "commands", None):
        if not words or words[0] not in subcommands:
            return not words or words[0].startswith("-")
        command = subcommands[words.pop(0)]
    known = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    return {word for word in words if word.startswith("-")} <= known | {"--help"}


@pytest.mark.parametrize("line", ["central enrole x", "central run --configure x", "demo --listen"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    assert COMMAND.findall(f"zerotape {line}")
    assert not exists(line.split())


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_configuration_on_a_page_is_one_that_a_daemon_takes(
    page: Path, blocks: Callable[[Path, str], list[str]], tmp_path: Path
) -> None:
    for number, block in enumerate(blocks(page, "toml")):
        assert tomllib.loads(block)
        file = tmp_path / f"{number}.toml"
        file.write_text(block)
        if block.startswith("# gateway.toml"):
            read_gateway_settings(file)
        else:
            assert block.startswith("# central.toml")
            read_central_settings(file)


@pytest.mark.parametrize("page", DOCS, ids=name)
def test_every_python_block_runs_without_a_warning(
    page: Path, blocks: Callable[[Path, str], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "definition.json").write_bytes(sample_definition_bytes())
    for block in blocks(page, "python"):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", block], cwd=tmp_path, check=True, timeout=60
        )
