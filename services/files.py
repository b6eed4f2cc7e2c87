"""Originals on disk, stored under their SHA-256: nothing half-written, nothing left over."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from filelock import FileLock

from domain.errors import InvalidInput
from services.database import disk_errors, disk_full
from services.settings import Settings

MAX_NAME_LENGTH = 160
RESERVE = 64_000_000
_BLOCK = 1 << 20
_INCOMING = "incoming-"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file taken in: not yet visible under its hash until it is kept."""

    sha256: str
    size: int
    incoming: Path


def clean_name(name: str) -> str:
    """The name to show for an uploaded file: no folders, no control characters, not over 160 characters."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = re.sub(r"\s+", " ", name).strip(" .")
    if len(name) > MAX_NAME_LENGTH:
        stem, dot, suffix = name.rpartition(".")
        keep = dot + suffix if dot and len(suffix) <= 10 else ""
        name = (stem if keep else name)[: MAX_NAME_LENGTH - len(keep) - 1] + "…" + keep
    return name or "unnamed"


def ensure_space(settings: Settings, size: int = 0) -> None:
    """Raise ``DiskFull`` unless ``size`` bytes more leave enough space to go on working.

    The reserve keeps the database writable: on a disk that is full to the last byte not even the reason for
    a failure could be stored.
    """
    if shutil.disk_usage(settings.data_dir).free < size + RESERVE:
        raise disk_full()


def take_in(settings: Settings, name: str, stream: BinaryIO) -> StoredFile:
    """Copy a stream to disk and hash it. Raises ``InvalidInput`` (empty, too large) and ``DiskFull``."""
    incoming = settings.files / f"{_INCOMING}{secrets.token_hex(8)}"
    digest, size, limit = hashlib.sha256(), 0, settings.max_upload_mb * 1_000_000
    try:
        with disk_errors(), incoming.open("wb") as file:
            while block := stream.read(_BLOCK):
                size += len(block)
                ensure_space(settings, len(block))
                if size > limit:
                    msg = f"“{name}” is larger than the {settings.max_upload_mb} MB that may be uploaded."
                    raise InvalidInput(msg)
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            msg = f"“{name}” is empty: it has no bytes. Check the file and upload it again."
            raise InvalidInput(msg)
    except BaseException:
        incoming.unlink(missing_ok=True)
        raise
    return StoredFile(digest.hexdigest(), size, incoming)


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """While this lasts no other process keeps or removes originals: row and file change as one."""
    with FileLock(settings.files / ".lock", timeout=60):
        yield


def path_of(settings: Settings, sha256: str) -> Path:
    """Where the original with this hash lies."""
    return settings.files / sha256[:2] / sha256


def keep(settings: Settings, stored: StoredFile) -> None:
    """Make a file that was taken in visible under its hash."""
    path = path_of(settings, stored.sha256)
    with disk_errors():
        path.parent.mkdir(exist_ok=True)
        stored.incoming.replace(path)


def remove(settings: Settings, sha256: str) -> None:
    """Delete an original and its folder when that is empty."""
    path = path_of(settings, sha256)
    path.unlink(missing_ok=True)
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()


def sweep(settings: Settings, known: set[str], older_than: float) -> int:
    """Delete what killed uploads left: files without a document, untouched since ``older_than``.

    ``known`` are the hashes of all documents, ``older_than`` is in seconds since the epoch.
    """
    swept = 0
    for path in settings.files.rglob("*"):
        is_ours = path.is_file() and path.name != ".lock" and path.name not in known
        if is_ours and path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
