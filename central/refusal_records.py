"""Keeping what was refused: whole when an enrolled key signed it, bounded when nobody did."""

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from central.messages import ALARMING, Judgement
from central.schema import refusals

MAX_UNSIGNED_KEPT = 1000
"""Refused messages per count center that nobody enrolled signed, and as many over all topics of
no center of ours, of which a stranger can invent any number: the oldest go first."""

MAX_UNSIGNED_BYTES = 16 * 1024
"""So much of such a message is kept."""

MAX_DETAIL = 1000
"""Characters: it may quote the name of a field that a stranger invented."""

Row = dict[str, Any]


def write_refusals(connection: Connection, judgements: list[Judgement]) -> None:
    """Keep every different refusal once, with the message; count those seen before."""
    rows = [_refusal_row(judgement) for judgement in judgements]
    known = {
        tuple(row)
        for row in connection.execute(
            select(refusals.c.message_sha256, refusals.c.topic, refusals.c.reasons).where(
                refusals.c.message_sha256.in_({row["message_sha256"] for row in rows})
            )
        )
    }
    new: dict[tuple[str, str, str], Row] = {}
    again: list[Row] = []
    for row in rows:
        same = row["message_sha256"], row["topic"], row["reasons"]
        if same in known:
            again.append({"of": same[0], "on": same[1], "why": same[2], "at": row["last_at"]})
        else:
            row["times"] += new[same]["times"] if same in new else 0
            new[same] = row
    if new:
        connection.execute(insert(refusals), list(new.values()))
    if again:
        connection.execute(_COUNT_REFUSAL, again)
    for center in {row["count_center"] for row in new.values() if not row["signed"]}:
        connection.execute(_FORGET_OLDEST, {"from": center})


_COUNT_REFUSAL = (
    update(refusals)
    .where(
        refusals.c.message_sha256 == bindparam("of"),
        refusals.c.topic == bindparam("on"),
        refusals.c.reasons == bindparam("why"),
    )
    .values(times=refusals.c.times + 1, last_at=bindparam("at"))
)
_UNSIGNED = refusals.c.count_center.is_not_distinct_from(bindparam("from")) & (
    refusals.c.signed == 0
)
_FORGET_OLDEST = delete(refusals).where(
    _UNSIGNED,
    refusals.c.id
    < select(refusals.c.id)
    .where(_UNSIGNED)
    .order_by(refusals.c.id.desc())
    .offset(MAX_UNSIGNED_KEPT - 1)
    .limit(1)
    .scalar_subquery(),
)


def _refusal_row(judgement: Judgement) -> Row:
    message, verified = judgement.message, judgement.verified
    return {
        "message_sha256": sha256(message.content).hexdigest(),
        "topic": message.topic,
        "count_center": judgement.count_center,
        "reasons": " ".join(judgement.reasons),
        "detail": "\n".join(fault.detail for fault in judgement.faults)[:MAX_DETAIL],
        "signed": int(verified is not None),
        "alarm": int(not ALARMING.isdisjoint(judgement.reasons)),
        "key_id": verified.key_id if verified else None,
        "sequence": verified.content.sequence if verified else None,
        "payload_sha256": judgement.payload_sha256,
        "route": message.route,
        "first_at": message.received_at,
        "last_at": message.received_at,
        "times": 1,
        "size": len(message.content),
        "content": message.content if verified else message.content[:MAX_UNSIGNED_BYTES],
    }
