"""Logging: every line carries the id of the request that it belongs to."""

from __future__ import annotations

import logging
import logging.handlers
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_FORMAT = "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"


def request_id() -> str:
    """The id of the present request, shown to the person beside an unexpected error; "-" outside of one."""
    return _request_id.get()


@contextmanager
def request(identifier: str | None = None) -> Iterator[str]:
    """Everything logged in this block belongs to one request."""
    token = _request_id.set(identifier or secrets.token_hex(4))
    try:
        yield _request_id.get()
    finally:
        _request_id.reset(token)


def configure(folder: Path, process: str, level: str) -> None:
    """Send log records to ``folder/process.log`` (5 MB, three old ones kept), once per process."""
    root = logging.getLogger()
    path = folder / f"{process}.log"
    if any(getattr(handler, "baseFilename", None) == str(path) for handler in root.handlers):
        return
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(_add_request_id)
    root.addHandler(handler)
    for name in ("services", "pipelines", "components", "pages"):
        logging.getLogger(name).setLevel(level)


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = _request_id.get()
    return True
