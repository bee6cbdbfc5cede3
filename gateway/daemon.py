"""The gateway daemon: one task per device, one that delivers, one thread that keeps.

What blocks runs in threads; what fails is supervised; systemd hears from us only while every task
answers.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self

import structlog

from drivers.contract import Driver, DriverHost, DriverPlugin
from drivers.registry import load_driver
from election.captures import Capture
from gateway.changes import Changes
from gateway.config import DeviceSettings, GatewaySettings, driver_settings
from gateway.crash_points import VARIABLE, CrashPoint
from gateway.desk import Desk, Office
from gateway.desk_view import overview_of
from gateway.device_board import DeviceBoard
from gateway.device_tasks import DeviceTask
from gateway.evidence_files import EvidenceFiles
from gateway.identity import Identity, read_identity
from gateway.overview import Overview
from gateway.plugged_in import ConfiguredDevice
from gateway.publisher import OutboxDesk, Publisher
from gateway.recording import Session, new_file
from gateway.store import GatewayStore
from gateway.watching import Watch
from gateway.web.app import gateway_app
from parsers.registry import load_parsers
from runtime.crash_points import CrashPoints
from runtime.heartbeats import Heartbeats, feed_watchdog
from runtime.large_blocks import give_large_blocks_back
from runtime.own_thread import OwnThread
from runtime.reconnect import ReconnectPolicy
from runtime.stopping import Stopped, until_signalled
from runtime.systemd import notify
from runtime.web_server import serving

DESK_ANSWERS_S = 120.0
DESK_ASKED_S = 10.0

log = structlog.get_logger("zerotape.gateway")


async def run_gateway(
    settings: GatewaySettings,
    folder: Path,
    record: Path | None = None,
    *,
    load: Callable[[str], DriverPlugin] = load_driver,
    retry: ReconnectPolicy = ReconnectPolicy(),  # noqa: B008  # frozen
) -> None:
    """Serve until SIGTERM or SIGINT; `folder` is where relative driver paths begin.

    In `record`, every device that names no folder of its own is recorded. A rehearsal within this
    process gives drivers for simulated devices, and tries them again sooner.
    Raises a ZerotapeError when it cannot start.
    """
    give_large_blocks_back()  # media come and go all night
    identity = read_identity(settings, datetime.now(UTC))
    devices = [_Device.of(device, folder, record, load) for device in settings.devices]
    async with AsyncExitStack() as stack:
        heartbeats = Heartbeats(time.monotonic)
        thread = OwnThread("desk")
        stack.callback(thread.close)
        desk = await stack.enter_async_context(_desk(settings, identity, thread))
        daemon = _Daemon(settings, identity, desk, thread, heartbeats, devices, retry)
        app = gateway_app(daemon.overview, heartbeats.silent)
        address = await stack.enter_async_context(serving(app, settings.web, settings.state))
        log.info("ready", web=address, election=identity.loaded.definition.election)
        notify("READY=1")
        try:
            await daemon.run()
        except* Stopped:
            log.info("stopping")
        finally:
            notify("STOPPING=1")


@dataclass(frozen=True)
class _Device:
    """One device of the configuration, with its driver."""

    session: Session
    configured: ConfiguredDevice
    record: Path | None
    """Folder for recordings."""

    @classmethod
    def of(
        cls,
        device: DeviceSettings,
        folder: Path,
        record: Path | None,
        load: Callable[[str], DriverPlugin],
    ) -> Self:
        settings = driver_settings(device, folder)
        return cls(
            Session(device.name, device.driver, load(device.driver), settings),
            ConfiguredDevice.of(device.name, device.driver, settings),
            device.record or record,
        )

    def open(self, host: DriverHost) -> Driver:
        if self.record is None:
            return self.session.open(host)
        return self.session.open_recorded(host, new_file(self.record, self.session.device))


class _Daemon:
    """The parts that talk to each other while the daemon runs."""

    def __init__(
        self,
        settings: GatewaySettings,
        identity: Identity,
        desk: Desk,
        thread: OwnThread,
        heartbeats: Heartbeats,
        devices: list[_Device],
        retry: ReconnectPolicy,
    ) -> None:
        self._desk = desk
        self._thread = thread
        self._heartbeats = heartbeats
        self._devices = devices
        self._retry = retry
        self._board = DeviceBoard()
        self._changes = Changes()
        self._watch = Watch(tuple(device.configured for device in devices), self._changes)
        outbox = desk.store.outbox
        self._publisher = Publisher(
            broker=settings.broker,
            reader=identity.reader,
            outbox=OutboxDesk(
                waiting=lambda after, limit: thread.call(outbox.waiting, after, limit),
                from_sequence=lambda first, limit: thread.call(outbox.from_sequence, first, limit),
                last_confirmed=lambda: thread.call(outbox.last_confirmed),
                settle=lambda *receipt: thread.call(desk.settle, *receipt),
            ),
            overview=self.overview,
            now=lambda: datetime.now(UTC),
            heartbeats=heartbeats,
            resend_s=settings.delivery.resend_s,
            status_s=settings.delivery.status_s,
        )

    async def run(self) -> None:
        """Run all tasks until a signal; raises Stopped within an exception group."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(until_signalled(), name="signals")
            tasks.create_task(self._publisher.run(), name="publisher")
            tasks.create_task(self._ask_the_desk(), name="desk")
            tasks.create_task(feed_watchdog(self._heartbeats), name="watchdog")
            tasks.create_task(self._watch.run(), name="hotplug")
            for device in self._devices:
                tasks.create_task(self._task(device).run(), name=f"device {device.session.device}")

    async def overview(self) -> Overview:
        """Look at everything, for status, metrics and the clerk's page."""
        return await self._thread.call(
            overview_of,
            self._desk,
            self._board.all(),
            self._watch.left_alone,
            self._publisher.connected,
            self._publisher.complaint,
        )

    def _task(self, device: _Device) -> DeviceTask:
        host = self._board.host(device.session.device)
        return DeviceTask(
            name=device.session.device,
            connect=lambda: device.open(host),
            keep=self._keep,
            read=self._read,
            board=self._board,
            heartbeats=self._heartbeats,
            changes=self._changes,
            policy=self._retry,
        )

    async def _keep(self, capture: Capture) -> None:
        await self._thread.call(self._desk.keep, capture)

    async def _read(self, capture: Capture) -> None:
        if await self._thread.call(self._desk.read, capture.sha256):
            self._publisher.news.set()

    async def _ask_the_desk(self) -> None:
        """Show the watchdog that the desk's thread still answers."""
        while True:
            with self._heartbeats.at_work("desk", DESK_ANSWERS_S):
                await self._thread.call(self._desk.store.outbox.summary)
            await asyncio.sleep(DESK_ASKED_S)


@asynccontextmanager
async def _desk(
    settings: GatewaySettings, identity: Identity, thread: OwnThread
) -> AsyncIterator[Desk]:
    """Open the store and the evidence in `thread`, and take up where the last process ended."""
    crash_points = CrashPoints.from_environment(os.environ, VARIABLE, CrashPoint)
    office = Office(
        loaded=identity.loaded,
        count_center=settings.count_center,
        parsers=load_parsers(settings.parsers),
        signer=identity.signer,
        software=f"zerotape {version('zerotape')}",
        now=lambda: datetime.now(UTC),
    )
    store = await thread.call(GatewayStore.open, settings.state, crash_points)
    try:
        evidence = await thread.call(
            lambda: EvidenceFiles.open(
                settings.state,
                reserve_bytes=settings.keep_free_mb * 1024 * 1024,
                crash_points=crash_points,
            )
        )
        desk = Desk(office, store, evidence)
        await thread.call(desk.resume)
        yield desk
    finally:
        await thread.call(store.close)
