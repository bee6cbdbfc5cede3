"""Files that a command writes and never overwrites."""

from pathlib import Path

from election.errors import ZerotapeError


def write_new(path: Path, content: bytes) -> None:
    """Write `content` to `path`, which must not exist; raise ZerotapeError and leave no half."""
    written = False
    try:
        with path.open("xb") as file:
            written = True
            file.write(content)
    except FileExistsError as error:
        raise ZerotapeError(f"{path} is there already. Name a new file after --out.") from error
    except OSError as error:
        if written:
            path.unlink()
        raise ZerotapeError(
            f"{path} cannot be written: {error.strerror}. Name another place after --out."
        ) from error
