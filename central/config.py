"""The configuration of the aggregator: one TOML file, nothing hidden in the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from runtime.broker_link import BrokerSettings
from runtime.logs import LogFormat
from runtime.settings import ConfiguredPath, Settings, read_settings
from runtime.signing_settings import SigningSettings
from runtime.web_server import WebSettings


class StaffPages(WebSettings):
    """Where the staff pages are served; port 0 takes a free one."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8490


class CentralSettings(Settings):
    """The whole file."""

    definition: ConfiguredPath
    state: ConfiguredPath
    """Folder of the database and of `web-address`; never beside the program."""
    database: str | None = None
    """SQLAlchemy URL; without it an SQLite file `central.sqlite` in `state`."""
    log_format: LogFormat = "json"
    log_level: Annotated[str, StringConstraints(pattern="^(debug|info|warning|error)$")] = "info"
    signing: SigningSettings
    """The key that signs receipts."""
    broker: BrokerSettings = BrokerSettings()
    web: StaffPages = StaffPages()

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database or f"sqlite:///{self.state / 'central.sqlite'}"


def read_central_settings(path: Path) -> CentralSettings:
    """Read the configuration at `path`; raise ConfigurationError naming every wrong key."""
    return read_settings(path, CentralSettings)
