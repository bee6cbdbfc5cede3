"""The gateway's configuration: wrong keys are named, all at once, and nothing stays hidden."""

from pathlib import Path

import pytest

from gateway.config import GatewaySettings, effective_settings, read_gateway_settings
from parsers.registry import known_parsers, load_parsers
from runtime.settings import ConfigurationError

GOOD = """\
count_center = "north"
definition = "definition.json"
state = "state"
{top}
[signing]
key = "keys/north.key"

[aggregator]
enrolment = "/etc/zerotape/central.enrolment.json"
{sections}
[[devices]]
name = "printer"
driver = "print-line"
settings = {{ url = "/dev/ttyS0"{line} }}

[[devices]]
name = "drop"
driver = "drop-folder"
settings = {{ folder = "incoming" }}
{devices}
"""


def written(
    folder: Path, *, top: str = "", sections: str = "", line: str = "", devices: str = ""
) -> Path:
    path = folder / "gateway.toml"
    path.write_text(GOOD.format(top=top, sections=sections, line=line, devices=devices))
    return path


def problems(path: Path) -> dict[str, str]:
    """Return what is wrong, by key, or by its own text where it has none; all of it is told."""
    with pytest.raises(ConfigurationError) as refused:
        read_gateway_settings(path)
    assert str(path) in str(refused.value)
    assert all(problem in str(refused.value) for problem in refused.value.problems)
    pairs = (problem.partition(": ") for problem in refused.value.problems)
    found = {key: words for key, _, words in pairs}
    assert len(found) == len(refused.value.problems)
    return found


def test_what_is_not_said_has_its_documented_default(tmp_path: Path) -> None:
    settings = read_gateway_settings(written(tmp_path))
    assert settings.keep_free_mb == 200
    assert settings.drivers == (
        *("print-line", "drop-folder", "pc-card", "peb-cradle", "usb-storage", "block-device"),
    )
    assert settings.parsers[:2] == ("m100-tape", "ivotronic-tape")
    assert set(settings.parsers) == set(known_parsers()) - {"el30a-pdf"}
    load_parsers(settings.parsers)
    assert (settings.delivery.resend_s, settings.delivery.status_s) == (30.0, 15.0)
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8480)
    assert (settings.broker.port, settings.broker.tls) == (8883, None)


TWICE = """
[[devices]]
name = "{name}"
driver = "usb-storage"
settings = {{ match = {{ vendor = "058f", port = "1-{port}" }} }}
"""


def test_one_reader_cannot_be_two_devices(tmp_path: Path) -> None:
    allowed = 'drivers = ["print-line", "drop-folder", "usb-storage"]'
    named = [("left", 1), ("right", 2), ("again", 1)]
    devices = "".join(TWICE.format(name=name, port=port) for name, port in named)
    assert problems(written(tmp_path, top=allowed, devices=devices)) == {
        "devices.again": "it means what left means, vendor 058f, port 1-1"
    }


@pytest.mark.parametrize(
    ("place", "text", "key"),
    [
        ("top", "keep_fre_mb = 100", "keep_fre_mb"),
        ("sections", "[delivery]\nresend = 5", "delivery.resend"),
        ("sections", "[broker]\npassword = 'x'", "broker.password"),
        ("devices", "baud = 9600", "devices.1.baud"),
    ],
)
def test_an_unknown_key_is_named_with_its_section(
    tmp_path: Path, place: str, text: str, key: str
) -> None:
    assert problems(written(tmp_path, **{place: text})) == {key: "unknown key"}


def test_all_wrong_values_are_named_at_once(tmp_path: Path) -> None:
    top = 'keep_free_mb = "much"\nlog_level = "loud"\nlog_format = "xml"\n'
    sections = "[delivery]\nresend_s = 0\n[web]\nport = 70000\n[broker]\nport = 'mqtt'\n"
    devices = "[[devices]]\nname = 'Second Printer'\ndriver = 'print-line'\n"
    found = problems(written(tmp_path, top=top, sections=sections, devices=devices))
    assert found.keys() == {
        "keep_free_mb",
        "log_level",
        "log_format",
        "delivery.resend_s",
        "web.port",
        "broker.port",
        "devices.2.name",
    }


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('count_center = "north"\n')
    found = problems(path)
    assert found.keys() == {"definition", "state", "signing", "aggregator", "devices"}


def test_wrong_keys_of_all_drivers_are_named_at_once(tmp_path: Path) -> None:
    devices = "[[devices]]\nname = 'stick'\ndriver = 'drop-folder'\nsettings = { poll_s = 0 }\n"
    line = ', baud = "9600", partiy = "even"'
    assert problems(written(tmp_path, line=line, devices=devices)).keys() == {
        "devices.printer.settings.baud",
        "devices.printer.settings.partiy",
        "devices.stick.settings.folder",
        "devices.stick.settings.poll_s",
    }


def test_a_driver_that_is_not_installed_is_named_with_those_that_are(tmp_path: Path) -> None:
    top = 'drivers = ["print-line", "drop-folder", "telepathy"]'
    devices = "[[devices]]\nname = 'medium'\ndriver = 'telepathy'\n"
    found = problems(written(tmp_path, top=top, devices=devices))
    assert found.keys() == {"devices.medium.driver"}
    words = found["devices.medium.driver"]
    assert "'telepathy' is not installed" in words
    assert "drop-folder" in words
    assert "print-line" in words


def test_a_driver_that_the_configuration_does_not_allow_is_refused(tmp_path: Path) -> None:
    found = problems(written(tmp_path, top='drivers = ["print-line"]'))
    assert found == {"device 'drop'": "driver 'drop-folder' is not among `drivers`"}


def test_two_devices_of_one_name_are_refused(tmp_path: Path) -> None:
    devices = "[[devices]]\nname = 'drop'\ndriver = 'drop-folder'\nsettings = { folder = 'b' }\n"
    assert problems(written(tmp_path, devices=devices)).keys() == {"two devices are named 'drop'"}


def test_relative_paths_begin_at_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    settings = read_gateway_settings(Path("../gateway.toml"))
    effective = effective_settings(settings, Path("..").absolute())
    found = {
        "definition": settings.definition,
        "state": settings.state,
        "key": settings.signing.key,
        "enrolment": settings.aggregator.enrolment,
        "folder": Path(effective["devices"][1]["settings"]["folder"]),
    }
    assert {name: path.resolve() for name, path in found.items()} == {
        "definition": tmp_path / "definition.json",
        "state": tmp_path / "state",
        "key": tmp_path / "keys/north.key",
        "enrolment": Path("/etc/zerotape/central.enrolment.json"),
        "folder": tmp_path / "incoming",
    }


def test_effective_settings_fill_in_the_drivers_defaults(tmp_path: Path) -> None:
    settings = read_gateway_settings(written(tmp_path, line=", baud = 1200"))
    printer, drop = effective_settings(settings, tmp_path)["devices"]
    assert printer["settings"]["baud"] == 1200
    assert printer["settings"]["parity"] == "none"
    assert printer["settings"]["idle_s"] == 30.0
    assert printer["settings"]["end_marker"] == "*** END OF REPORT ***"
    assert drop["settings"]["settle_s"] == 1.0


def test_effective_settings_are_a_configuration_again(tmp_path: Path) -> None:
    settings = read_gateway_settings(written(tmp_path))
    effective = effective_settings(settings, tmp_path)
    again = GatewaySettings.model_validate(effective, context={"folder": Path("/nowhere")})
    assert effective_settings(again, Path("/nowhere")) == effective
