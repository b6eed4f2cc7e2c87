"""An installation that works: engine, and a worker beside it."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator

import pytest

from domain.users import User
from services import documents, worker
from services.collections import Collection
from services.documents import Document
from services.installation import Installation


@pytest.fixture(scope="module")
def working(shared_installation: Installation) -> Iterator[Installation]:
    """With a worker beside it for as long as the module's tests run."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(shared_installation, stop))
    thread.start()
    yield shared_installation
    stop.set()
    thread.join()


def add(
    installation: Installation, user: User, collection: Collection, name: str, content: str | bytes
) -> str:
    """Upload a file; gives the document's id."""
    data = content if isinstance(content, bytes) else content.encode()
    return documents.upload(installation, user, collection.id, name, io.BytesIO(data)).document.id


def settle(installation: Installation, user: User, document_id: str, timeout: float = 60) -> Document:
    """Wait until a document was read, or could not be."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        document = documents.get(installation, user, document_id)
        if document.is_settled:
            return document
        time.sleep(0.05)
    return pytest.fail(f"not settled: {document}")
