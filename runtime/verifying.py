"""`zerotape verify`: check a signed return or receipt offline, with nothing but the public key.

A convenience: `docs/verifying.md` does the same with openssl alone.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from election import receipts, returns
from election.envelope import Envelope, read_envelope
from election.errors import SignatureError
from election.payloads import read_payload
from runtime.keyfiles import read_enrolment


def verify(
    envelope: Annotated[
        Path, typer.Argument(help="The file with the envelope (JSON).", exists=True, dir_okay=False)
    ],
    key: Annotated[
        list[Path], typer.Option(help="Enrolment record of a key that is believed; repeatable.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the payload as JSON.")] = False,
) -> None:
    """Verify a signed return or receipt, offline: say who signed it, and what it is.

    Exit status 0: signed by one of the keys given, and well formed. 1: not.
    """
    content = envelope.read_bytes()[: returns.MAX_ENVELOPE_BYTES + 1]
    read, kind = _read(content)
    signers = [record for record in map(read_enrolment, key) if read.is_signed_by(record)]
    if not signers:
        raise SignatureError("signature", f"{envelope} is signed by none of the keys given.")
    if as_json:
        typer.echo(json.dumps(json.loads(read.payload), indent=1))
        return
    typer.echo(f"{kind}, SHA-256 of the payload {read.payload_sha256}")
    for record in signers:
        typer.echo(f"signed by {record.holder} ({record.role}), key {record.key_id}")


def _read(content: bytes) -> tuple[Envelope, str]:
    """Return the envelope, whose payload is well formed, and what it is."""
    try:
        envelope = read_envelope(
            content, payload_type=returns.PAYLOAD_TYPE, max_bytes=returns.MAX_ENVELOPE_BYTES
        )
    except SignatureError as error:
        if error.reason != "type":
            raise
    else:
        read_payload(
            envelope.payload,
            returns.PrecinctReturn,
            max_bytes=returns.MAX_PAYLOAD_BYTES,
            max_depth=returns.MAX_DEPTH,
        )
        return envelope, "return"
    envelope = read_envelope(
        content, payload_type=receipts.PAYLOAD_TYPE, max_bytes=receipts.MAX_ENVELOPE_BYTES
    )
    read_payload(
        envelope.payload,
        receipts.Receipt,
        max_bytes=receipts.MAX_PAYLOAD_BYTES,
        max_depth=receipts.MAX_DEPTH,
    )
    return envelope, "receipt"
