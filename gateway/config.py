"""The configuration of a gateway: one TOML file, nothing hidden in the environment."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from drivers.registry import load_driver
from election.records import Slug, problems_of
from runtime.broker_link import BrokerSettings
from runtime.logs import LogFormat
from runtime.plugins import UnknownPlugin
from runtime.settings import (
    ConfigurationError,
    ConfiguredPath,
    Settings,
    read_settings,
)
from runtime.signing_settings import SigningSettings
from runtime.web_server import WebSettings

DeviceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)]


class AggregatorSettings(Settings):
    """Whose receipts are believed."""

    enrolment: ConfiguredPath


class DeliverySettings(Settings):
    """How returns are sent."""

    resend_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """A return without a receipt for so long is sent again."""
    status_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds between two status messages."""


class ClerkPages(WebSettings):
    """Where the clerk's page is served; port 0 takes a free one."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8480


class DeviceSettings(Settings):
    """One device at the desk."""

    name: DeviceName
    driver: str
    settings: dict[str, Any] = Field(default_factory=dict)
    """Keys of the driver itself; `zerotape gateway check-config` prints all of them."""
    record: ConfiguredPath | None = None
    """Folder for a record of every byte that crosses the transport, a file a connection."""


class GatewaySettings(Settings):
    """The whole file."""

    count_center: Slug
    definition: ConfiguredPath
    state: ConfiguredPath
    """Folder for evidence and the store; never beside the program."""
    keep_free_mb: Annotated[int, Field(ge=1)] = 200
    """With less room than this nothing more is accepted, and the clerk is told."""
    log_format: LogFormat = "json"
    log_level: Annotated[str, StringConstraints(pattern="^(debug|info|warning|error)$")] = "info"
    drivers: tuple[str, ...] = (
        *("print-line", "drop-folder", "pc-card", "peb-cradle", "usb-storage", "block-device"),
    )
    """Drivers that may be loaded."""
    parsers: tuple[str, ...] = (
        *("m100-tape", "ivotronic-tape", "el155", "el152", "el30a", "erm-ascii", "el30"),
        *("el45a", "el45", "el52", "el111", "el68", "el68a"),
        *("m100-card", "peb", "flash", "flash-card", "protocol-form", "typed-tape"),
    )
    """Parsers that may be loaded, in the order in which they are tried."""
    signing: SigningSettings
    aggregator: AggregatorSettings
    broker: BrokerSettings = BrokerSettings()
    delivery: DeliverySettings = DeliverySettings()
    web: ClerkPages = ClerkPages()
    devices: Annotated[tuple[DeviceSettings, ...], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _devices_make_sense(self) -> "GatewaySettings":
        names = [device.name for device in self.devices]
        problems = [
            f"two devices are named {n!r}" for n in sorted(set(names)) if names.count(n) > 1
        ]
        problems += [
            f"device {device.name!r}: driver {device.driver!r} is not among `drivers`"
            for device in self.devices
            if device.driver not in self.drivers
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def read_gateway_settings(path: Path) -> GatewaySettings:
    """Read and check the whole configuration, drivers' keys too; raise ConfigurationError."""
    settings = read_settings(path, GatewaySettings)
    problems: list[str] = []
    meant: dict[tuple[str, object], str] = {}
    for device in settings.devices:
        try:
            place = _place(driver_settings(device, path.parent.absolute()))
            other = meant.setdefault((device.driver, place), device.name)
            if place is not None and other != device.name:
                problems.append(f"devices.{device.name}: it means what {other} means, {place}")
        except ValidationError as error:
            problems += [f"devices.{device.name}.settings.{text}" for text in problems_of(error)]
        except UnknownPlugin as error:
            problems.append(f"devices.{device.name}.driver: {error}")
    if problems:
        raise ConfigurationError(path, problems)
    return settings


def driver_settings(device: DeviceSettings, folder: Path) -> BaseModel:
    """Return the driver's own settings of `device`, defaults filled in.

    Raises ValidationError or UnknownPlugin; relative paths begin at `folder`.
    """
    plugin = load_driver(device.driver)
    return plugin.settings.model_validate(device.settings, context={"folder": folder})


def effective_settings(settings: GatewaySettings, folder: Path) -> dict[str, Any]:
    """Return what is in force, defaults and drivers' keys included, as plain JSON values."""
    effective = settings.model_dump(mode="json")
    for device, shown in zip(settings.devices, effective["devices"], strict=True):
        shown["settings"] = driver_settings(device, folder).model_dump(mode="json")
    return effective


def _place(settings: BaseModel) -> object:
    """Return by what a driver's settings find its device; None where they do not say."""
    said = (getattr(settings, key, None) for key in ("match", "url", "path", "folder"))
    return next((place for place in said if place is not None), None)
