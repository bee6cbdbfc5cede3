"""Where a daemon finds its private key, and the passphrase that opens it."""

import os
from pathlib import Path
from typing import Self

from pydantic import model_validator

from runtime.keyfiles import KeyFileError
from runtime.settings import ConfiguredPath, Settings

MAX_PASSPHRASE_BYTES = 1024


class SigningSettings(Settings):
    """A private key; its enrolment record lies beside it."""

    key: ConfiguredPath
    passphrase_file: ConfiguredPath | None = None
    """A file that holds the passphrase, for example on a stick that is taken away."""
    passphrase_credential: str | None = None
    """Name of a systemd credential (`LoadCredential=`) that holds the passphrase."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.passphrase_file and self.passphrase_credential:
            raise ValueError("give passphrase_file or passphrase_credential, not both")
        return self

    def passphrase(self) -> bytes | None:
        """Read the passphrase from where it is kept; raise KeyFileError."""
        path = self.passphrase_file
        if self.passphrase_credential:
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if folder is None:
                raise KeyFileError(
                    "passphrase_credential is given, but systemd handed over no credentials. Start "
                    "the service, or use passphrase_file."
                )
            path = Path(folder, self.passphrase_credential)
        if path is None:
            return None
        try:
            return path.read_bytes()[:MAX_PASSPHRASE_BYTES].strip()
        except OSError as error:
            raise KeyFileError(f"The passphrase in {path} cannot be read.") from error
