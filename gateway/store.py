"""The durable store of one gateway: `gateway.sqlite` in its state directory.

Opened, used and closed by one thread. The three parts share the connection; whatever belongs
together is one transaction.
"""

from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.database import Database, store_exists
from gateway.disk import make_folder
from gateway.evidence_records import EvidenceRecords
from gateway.outbox_records import OutboxRecords, check_chain
from gateway.packet_records import PacketRecords
from gateway.schema import known_migrations
from gateway.state_lock import state_lock
from gateway.store_errors import store_errors
from runtime.crash_points import CrashPoints

STORE_FILE = "gateway.sqlite"


class GatewayStore:
    """Evidence records, packets and outbox, over one connection."""

    def __init__(self, database: Database, crash_points: CrashPoints, held: ExitStack) -> None:
        self.evidence = EvidenceRecords(database, crash_points)
        self.packets = PacketRecords(database)
        self.outbox = OutboxRecords(database, self.packets, crash_points)
        self._held = held

    @classmethod
    def open(cls, state: Path, crash_points: CrashPoints) -> Self:
        """Open the store in the directory `state`, made if need be, and hold it alone.

        Raises StoreInUse, StoreDamaged, StoreTooNew, StoreFull, StoreBusy or StoreUnusable;
        a store that is damaged or too new stays as it is.
        """
        path = state / STORE_FILE
        with ExitStack() as undo, store_errors(path):
            make_folder(state)
            undo.enter_context(state_lock(state))
            migrations = known_migrations()
            if store_exists(path):
                with closing(Database.look(path, migrations)) as looking:
                    if looking.version:
                        check_chain(looking)
            database = Database.open(path, migrations)
            undo.callback(database.close)
            return cls(database, crash_points, undo.pop_all())

    def close(self) -> None:
        """Close the store and let go of the directory; a second time does nothing."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
