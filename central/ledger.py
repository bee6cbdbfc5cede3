"""The ledger: takes batches of messages in, and writes down what became of each.

One transaction per batch. Whatever it answers is on the disk before anybody hears the answer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection, Engine, delete, func, insert, select

from central.acceptance import Chain, Standing, judge
from central.database import database_errors
from central.enrolment import KeyRing, KeyStore
from central.entries import Entries
from central.messages import Judgement, Message, VerifiedReturn
from central.receipts import receipt_of
from central.schema import chains, current_returns, log, parked, receipts
from central.verification import unreadable, verify
from election.definition_file import LoadedDefinition
from election.receipts import Reason, Receipt, Verdict

MAX_PARKED = 1000
"""Returns per key that wait for a missing number; more are asked for again, not kept."""

journal = structlog.get_logger("zerotape.central.ledger")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one message, or to one that had been parked."""

    count_center: str
    receipt: Receipt


@dataclass
class Ledger:
    """The only writer of returns. Belongs to one thread."""

    writer: Engine
    loaded: LoadedDefinition

    def __post_init__(self) -> None:
        self._keys = KeyStore()

    def accept_batch(self, messages: Sequence[Message]) -> list[Outcome]:
        """Judge `messages` in order and keep every result; when it returns, all is on the disk.

        Raises DatabaseUnavailable: then nothing of the batch was kept.
        """
        with database_errors(), self.writer.begin() as connection:
            batch = _Batch(connection, self.loaded, self._keys.key_ring(connection))
            batch.take(messages)
            batch.entries.write(connection)
        return batch.outcomes


class _Batch:
    """Judges the messages of one transaction, each on the results of those before it."""

    def __init__(self, connection: Connection, loaded: LoadedDefinition, keys: KeyRing) -> None:
        self._connection = connection
        self._loaded = loaded
        self._keys = keys
        self._standing = Standing()
        self._parked: Counter[str] = Counter()
        newest = connection.scalar(select(func.max(log.c.log_index)))
        self._next_index = 0 if newest is None else newest + 1
        self.entries = Entries()
        self.outcomes: list[Outcome] = []

    def take(self, messages: Sequence[Message]) -> None:
        waiting = [self._verified(message) for message in messages]
        self._look_up(waiting)
        for item in waiting:
            for judgement in self._judged(item):
                self._book(judgement)

    def _verified(self, message: Message) -> VerifiedReturn | Judgement:
        try:
            return verify(message, self._keys, self._loaded.definition)
        except Exception as error:  # noqa: BLE001  # supervisor edge: no message may stop those behind it
            journal.exception("a message is refused for a fault of ours", topic=message.topic)
            return unreadable(message, self._loaded.definition, repr(error))

    def _judged(self, first: VerifiedReturn | Judgement) -> Iterable[Judgement]:
        """Yield the judgement of `first`, then those of all that had waited for its number."""
        queue = [first]
        while queue:
            item = queue.pop(0)
            if isinstance(item, Judgement):
                yield item
                continue
            judgement = judge(item, self._standing, self._loaded)
            yield judgement
            if judgement.takes_number and self._parked[item.key_id]:
                queue += self._unparked(item.key_id)

    def _book(self, judgement: Judgement) -> None:
        verified = judgement.verified
        accepted = judgement.verdict is Verdict.ACCEPTED
        receipt = receipt_of(
            judgement, self._loaded.definition.election, self._next_index if accepted else None
        )
        if receipt is not None and judgement.count_center is not None:
            self.outcomes.append(Outcome(judgement.count_center, receipt))
        if judgement.earlier is not None:
            self.entries.repeated(judgement.payload_sha256)
        elif verified is None:
            self.entries.refused(judgement)
        elif judgement.verdict is Verdict.PARKED:
            self._park(verified)
        else:
            self._book_signed(judgement, verified, receipt)

    def _book_signed(
        self, judgement: Judgement, verified: VerifiedReturn, receipt: Receipt | None
    ) -> None:
        if judgement.verdict is Verdict.REFUSED:
            self.entries.refused(judgement)
        standing = self._standing
        before = chain = standing.chains.get(verified.key_id, Chain())
        if judgement.takes_number and receipt is not None:
            chain = replace(
                chain,
                last_sequence=verified.content.sequence,
                last_payload_sha256=verified.payload_sha256,
            )
            standing.receipts[verified.payload_sha256] = receipt
            self.entries.answered(verified, receipt)
        if judgement.verdict is Verdict.ACCEPTED:
            self.entries.accepted(verified, self._next_index, standing.current)
            self._next_index += 1
        if Reason.EQUIVOCATION in judgement.reasons:
            chain = replace(chain, frozen=True)
        if chain != before:
            standing.chains[verified.key_id] = chain
            self.entries.moved(verified.key_id, chain, verified.message.received_at)

    def _look_up(self, waiting: Iterable[VerifiedReturn | Judgement]) -> None:
        """Read into the standing what the judgements of these returns will ask for."""
        returns = [item for item in waiting if isinstance(item, VerifiedReturn)]
        if not returns:
            return
        standing, connection = self._standing, self._connection
        hashes = {item.payload_sha256 for item in returns}
        keys = {item.key_id for item in returns} - standing.chains.keys()
        cells = {item.cell for item in returns} - self.entries.cells
        for digest, content in connection.execute(
            select(receipts.c.payload_sha256, receipts.c.content).where(
                receipts.c.payload_sha256.in_(hashes)
            )
        ):
            standing.receipts[digest] = Receipt.model_validate_json(content)
        for row in connection.execute(select(chains).where(chains.c.key_id.in_(keys))):
            standing.chains[row.key_id] = Chain(
                row.last_sequence, row.last_payload_sha256, row.frozen_at is not None
            )
        for key_id, count in connection.execute(
            select(parked.c.key_id, func.count())
            .where(parked.c.key_id.in_(keys))
            .group_by(parked.c.key_id)
        ):
            self._parked[key_id] = count
        for precinct, group, digest in connection.execute(
            select(
                current_returns.c.precinct,
                current_returns.c.counting_group,
                current_returns.c.payload_sha256,
            ).where(current_returns.c.precinct.in_({precinct for precinct, _ in cells}))
        ):
            if (precinct, group) in cells:
                standing.current[precinct, group] = digest

    def _park(self, verified: VerifiedReturn) -> None:
        place = {
            "key_id": verified.key_id,
            "sequence": verified.content.sequence,
            "payload_sha256": verified.payload_sha256,
        }
        known = self._connection.scalar(select(func.count()).select_from(parked).filter_by(**place))
        if known or self._parked[verified.key_id] >= MAX_PARKED:
            return
        message = verified.message
        self._connection.execute(
            insert(parked).values(
                topic=message.topic,
                route=message.route,
                received_at=message.received_at,
                envelope=message.content,
                **place,
            )
        )
        self._parked[verified.key_id] += 1

    def _unparked(self, key_id: str) -> list[VerifiedReturn | Judgement]:
        """Take out what waited for the present end of the chain, verified anew."""
        due = (parked.c.key_id == key_id) & (
            parked.c.sequence <= self._standing.chains[key_id].next_sequence
        )
        rows = self._connection.execute(
            select(parked).where(due).order_by(parked.c.sequence, parked.c.payload_sha256)
        ).all()
        self._connection.execute(delete(parked).where(due))
        self._parked[key_id] -= len(rows)
        found = [
            self._verified(Message(row.topic, row.envelope, row.received_at, row.route))
            for row in rows
        ]
        self._look_up(found)
        return found
