"""Signed addresses of documents: good for a quarter of an hour, and for nothing else.

Within five minutes an address is always the same, whoever reads the message: the log that is read
twice, by a socket and by a request, is one log.

The key belongs to this installation and stays under its data folder, beside the database. An
address holds neither the conversation's token nor anything that could be turned back into it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from marie.clock import Clock

VALID = timedelta(minutes=15)
"""What an address is good for at least."""

SAME = timedelta(minutes=5)
"""For how long it stays the same; it may be good for as much longer."""
KEY_FILE = "documents.key"
KEY_BYTES = 32


class BadSignature(Exception):
    """Not an address of ours, or a changed one."""


class Expired(Exception):
    """An address of ours that no longer holds."""


class Signer:
    """Signs the addresses of documents, and recognises its own."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def sign(self, path: str) -> str:
        """The path with a query that makes it good for `VALID` from now, or a little longer."""
        step = int(SAME.total_seconds())
        soonest = int((self._clock() + VALID).timestamp())
        expires = soonest + step - soonest % step
        return f"{path}?expires={expires}&signature={self._signature(path, str(expires))}"

    def check(self, path: str, expires: str, signature: str) -> None:
        """`BadSignature` when this is not an address of ours; `Expired` when it was one."""
        right = self._signature(path, expires)
        if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogatepass")):
            raise BadSignature
        if self._clock().timestamp() >= int(expires):
            raise Expired

    def identity(self, conversation_id: str) -> str:
        """Always the same for one conversation, and says nothing of it."""
        return self._mac(f"identity {conversation_id}").hex()[:24]

    def secret(self, purpose: str) -> str:
        """A secret for one purpose, always the same: it need not be stored."""
        return base64.urlsafe_b64encode(self._mac(f"secret {purpose}")).rstrip(b"=").decode()

    def seal(self, purpose: str, value: str) -> str:
        """The value with a signature that holds for this purpose alone."""
        return f"{value}.{self._mac(f'seal {purpose} {value}').hex()}"

    def opened(self, purpose: str, sealed: str) -> str:
        """The value of what was sealed for this purpose; else `BadSignature`."""
        value, _, _ = sealed.rpartition(".")
        right = self.seal(purpose, value)
        if not hmac.compare_digest(right.encode(), sealed.encode("utf-8", "surrogatepass")):
            raise BadSignature
        return value

    def derive(self, purpose: str, seed: str) -> bytes:
        """32 bytes that only this installation can make from the seed."""
        return self._mac(f"derived {purpose} {seed}")

    def _signature(self, path: str, expires: str) -> str:
        return base64.urlsafe_b64encode(self._mac(f"{path}?{expires}")).rstrip(b"=").decode()

    def _mac(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def open_key(data: Path) -> bytes:
    """The key in the folder `data`, made on first use; only its owner may read it."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / KEY_FILE
    if not path.exists():
        # Written beside, then linked: another process finds a whole key or none.
        draft = data / f".{KEY_FILE}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()
