"""The aggregator daemon: one task that takes in, one that serves pages, one thread that writes."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import structlog

from central.condition import Condition
from central.config import CentralSettings
from central.database import Database, open_configured_database
from central.ingest import CRASH_VARIABLE, Counter, CrashPoint, Ingest
from central.ledger import Ledger
from central.progress import Progress
from central.receipts import open_receipt_signer
from central.recomputation import check_tally
from central.status_board import StatusBoard
from central.totals import Totals
from central.web.app import central_app
from election.definition_file import LoadedDefinition
from runtime.crash_points import CrashPoints
from runtime.definition_files import read_definition
from runtime.heartbeats import Heartbeats, feed_watchdog
from runtime.own_thread import OwnThread
from runtime.stopping import Stopped, until_signalled
from runtime.systemd import notify
from runtime.web_server import serving

log = structlog.get_logger("zerotape.central")


async def run_central(settings: CentralSettings) -> None:
    """Serve until SIGTERM or SIGINT; raises a ZerotapeError when it cannot start.

    Before anything is accepted, the tally is computed again from the log and compared.
    """
    loaded = read_definition(settings.definition)
    signer = open_receipt_signer(settings.signing, loaded.definition, datetime.now(UTC))
    async with AsyncExitStack() as stack:
        thread = OwnThread("ledger")
        stack.callback(thread.close)
        database = await stack.enter_async_context(_database(settings, loaded, thread))
        heartbeats, progress = Heartbeats(time.monotonic), Progress()
        ledger = Ledger(database.writer, loaded)
        counter = Counter(ledger, StatusBoard(database.writer, loaded.definition), signer)
        ingest = Ingest(
            broker=settings.broker,
            election=loaded.definition.election,
            counter=counter,
            thread=thread,
            heartbeats=heartbeats,
            progress=progress,
            now=lambda: datetime.now(UTC),
            crash_points=CrashPoints.from_environment(os.environ, CRASH_VARIABLE, CrashPoint),
        )
        app = central_app(
            Totals(database.reader, loaded),
            progress,
            lambda: Condition(ingest.connected, ingest.complaint, tuple(heartbeats.silent())),
        )
        address = await stack.enter_async_context(serving(app, settings.web, settings.state))
        gc.freeze()  # what is loaded by now stays: a quarter more returns per second, measured
        log.info("ready", web=address, election=loaded.definition.election)
        notify("READY=1")
        try:
            await _run_tasks(ingest, heartbeats)
        except* Stopped:
            log.info("stopping")
        finally:
            notify("STOPPING=1")
            progress.end()


async def _run_tasks(ingest: Ingest, heartbeats: Heartbeats) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(until_signalled(), name="signals")
        tasks.create_task(ingest.run(), name="ingest")
        tasks.create_task(feed_watchdog(heartbeats), name="watchdog")


@asynccontextmanager
async def _database(
    settings: CentralSettings, loaded: LoadedDefinition, thread: OwnThread
) -> AsyncIterator[Database]:
    database = await thread.call(open_configured_database, settings, loaded)
    try:
        computed = await thread.call(check_tally, database.reader)
        log.info("the log gives the tally", entries=computed.entries, sha256=computed.tally_sha256)
        yield database
    finally:
        await thread.call(database.close)
