"""Adding files and folders of this machine to a collection, and waiting for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.documents import DocumentStatus
from domain.errors import EvidentiaError, InvalidInput, NotFound
from domain.users import User
from pipelines.readers.detect import suffixes
from services import collections, documents
from services.documents import Document
from services.installation import Installation
from services.processes import Processes

POLL_S = 0.2


def run(
    installation: Installation,
    user: User,
    paths: list[Path],
    collection: str,
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Add ``paths`` (folders walk) to a collection, made if missing, and wait for the worker to read them.

    Gives ``{"documents": [{"path", "id", "status", "pages", "chunks", "error"}], "seconds"}``; a file that
    is refused is listed as failed with the reason. Raises ``InvalidInput`` for a path that does not exist.
    """
    started = time.monotonic()
    found = [file for path in paths for file in _walk(path)]
    if not found:
        msg = f"There is no file to read here. Give files or folders with {', '.join(sorted(suffixes()))}."
        raise InvalidInput(msg)
    try:
        target = collections.by_name(installation, user, collection)
    except NotFound:
        target = collections.create(installation, user, collection)
    supervisor = Processes(installation)
    try:
        uploads = [(path, *_upload(installation, user, target.id, path)) for path in found]
        pending = {document.id for _, document, _ in uploads if document is not None}
        settled = wait(installation, user, target.id, pending, say)
    finally:
        supervisor.close()
    entries = [_entry(path, settled[d.id] if d else None, error) for path, d, error in uploads]
    return {"documents": entries, "seconds": round(time.monotonic() - started, 2)}


def _walk(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in suffixes())
    if not path.exists():
        msg = f"There is no file or folder named {path}."
        raise InvalidInput(msg)
    return [path]


def _upload(
    installation: Installation, user: User, collection_id: str, path: Path
) -> tuple[Document | None, str | None]:
    try:
        with path.open("rb") as stream:
            return documents.upload(installation, user, collection_id, path.name, stream).document, None
    except EvidentiaError as error:
        return None, str(error)
    except OSError as error:
        return None, f"“{path.name}” cannot be opened: {error.strerror}."


def wait(
    installation: Installation,
    user: User,
    collection_id: str,
    pending: set[str],
    say: Callable[[str], None] | None = None,
) -> dict[str, Document]:
    """Wait until the worker has settled the documents ``pending``; gives them by id.

    Raises ``NotFound`` when one is deleted meanwhile.
    """
    while True:
        listed = {d.id: d for d in documents.listing(installation, user, collection_id) if d.id in pending}
        gone = pending - listed.keys()
        open_ones = [d for d in listed.values() if not d.is_settled]
        if say is not None:
            say(_progress_line(list(listed.values())))
        if not open_ones and not gone:
            return listed
        if gone:
            msg = "A document was deleted while it was being read. Add it again if that was not wanted."
            raise NotFound(msg)
        time.sleep(POLL_S)


def _progress_line(listed: list[Document]) -> str:
    settled = sum(d.is_settled for d in listed)
    current = next((d for d in listed if d.status is DocumentStatus.RUNNING), None)
    doing = f" · {current.name}: {current.stage} {current.done}/{current.total}" if current else ""
    return f"{settled} of {len(listed)} documents{doing}"


def _entry(path: Path, document: Document | None, error: str | None) -> dict[str, Any]:
    return {
        "path": str(path),
        "id": document.id if document else None,
        "status": document.status.value if document else DocumentStatus.FAILED.value,
        "pages": document.pages if document else None,
        "chunks": document.chunks if document else None,
        "error": document.error if document else error,
    }
