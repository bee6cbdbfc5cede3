"""`zerotape gateway read`: one medium, from the driver to the tables on the screen."""

import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from drivers.registry import load_driver
from election.captures import Capture
from gateway.bench_reading import NothingRead, Opener, contents_of, read_medium, session_for_file
from gateway.bench_report import exit_status, keep, print_report, report
from gateway.config import driver_settings, read_gateway_settings
from gateway.recording import Session
from parsers.registry import load_parsers
from runtime.progress_bar import ProgressBar


def read_at_the_bench(
    what: str,
    config: Path | None,
    *,
    driver: str | None,
    as_format: str | None,
    as_json: bool,
    folder: Path | None,
    record: Path | None,
) -> int:
    """Read `what`, print it and return the exit status; raises a ZerotapeError."""
    formats = (as_format,) if as_format else ()
    load_parsers(formats)  # an unknown one is told before anything is read
    opener = _opener(_session(what, config, driver), record)
    if not Path(what).exists() and sys.stderr.isatty():
        sys.stderr.write(f"Reading {what}. If no medium is there, put one in; Ctrl-C ends this.\n")
    with ProgressBar("Reading twice") as bar:
        captures = asyncio.run(read_medium(opener, bar.moved))
    if folder is not None:
        _keep(captures, folder)  # before anybody interprets it
    contents = contents_of(captures[0], formats)
    if as_json:
        sys.stdout.write(json.dumps(report(captures, contents), indent=1) + "\n")
    else:
        print_report(Console(), captures, contents)
    return exit_status(captures, contents)


def _opener(session: Session, record: Path | None) -> Opener:
    if record is None:
        return session.open
    if record.exists():
        raise NothingRead(f"{record} exists and is not overwritten.")
    return lambda host: session.open_recorded(host, record)


def _session(what: str, config: Path | None, driver: str | None) -> Session:
    if config is not None:
        devices = {device.name: device for device in read_gateway_settings(config).devices}
        if what in devices:
            name = devices[what].driver
            chosen = driver_settings(devices[what], config.parent.absolute())
            return Session(what, name, load_driver(name), chosen)
        if not Path(what).exists():
            names = ", ".join(devices)
            raise NothingRead(f"{what} is neither a device of {config} ({names}) nor a file.")
    elif not Path(what).exists():
        raise NothingRead(f"{what} is no file. A device needs its configuration: --config FILE.")
    return session_for_file(Path(what), driver)


def _keep(captures: tuple[Capture, ...], folder: Path) -> None:
    try:
        kept = keep(captures, folder)
    except OSError as error:
        raise NothingRead(f"The readings cannot be kept in {folder}: {error}.") from error
    for path in kept:
        sys.stderr.write(f"kept: {path}\n")
