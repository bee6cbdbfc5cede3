"""What the desk holds, as one overview for status, metrics and pages."""

from election.status import DeviceStatus
from gateway.desk import Desk
from gateway.overview import Overview, PacketView, UnplacedView
from gateway.packets import PacketState


def overview_of(
    desk: Desk,
    devices: tuple[DeviceStatus, ...],
    left_alone: tuple[str, ...],
    connected: bool,
    complaint: str,
) -> Overview:
    """Look at the whole desk; called in the desk's thread."""
    office, definition = desk.office, desk.office.loaded.definition
    outbox = desk.store.outbox.summary()
    states = desk.store.packets.all()
    packets = tuple(
        PacketView(
            key=key,
            precinct_name=definition.precinct_by_id[key.precinct].name,
            state=states[key].state if key in states else PacketState.AWAITING,
            findings=decision.findings,
            awaited=decision.awaited,
        )
        for key, decision in desk.decisions.items()
    )
    return Overview(
        at=office.now(),
        election=definition.election,
        election_title=definition.title,
        mode=definition.mode,
        time_zone=definition.time_zone,
        count_center=office.count_center,
        definition_sha256=office.loaded.sha256,
        software=office.software,
        packets=packets,
        unplaced=_unplaced(desk),
        devices=devices,
        left_alone=left_alone,
        outbox_waiting=outbox.waiting,
        outbox_oldest_at=outbox.oldest_waiting_at,
        outbox_confirmed=outbox.confirmed,
        outbox_refused=outbox.refused,
        free_bytes=desk.evidence.free_bytes(),
        connected=connected,
        complaint=complaint,
        evidence=desk.store.evidence.count(),
    )


def _unplaced(desk: Desk) -> tuple[UnplacedView, ...]:
    rows = [desk.store.evidence.row(sha256) for sha256 in desk.put_aside]
    return tuple(
        UnplacedView(row.sha256, row.first_seen_at, desk.put_aside[row.sha256])
        for row in rows
        if row is not None
    )
