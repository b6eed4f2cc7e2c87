"""Calls to Milvus: clients shared in the process, retried while the engine restarts, errors in words."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import grpc
from pymilvus import MilvusClient
from pymilvus.exceptions import ErrorCode, MilvusException

from domain.config import Runtime
from domain.errors import NotFound, StoreUnavailable

# Every failure is raised from here with its cause; pymilvus would print each one a second time.
for _name in ("pymilvus", "pymilvus.milvus_client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

RETRY_SECONDS = 10.0
LOADED_LIMIT = 20
CONNECT_TIMEOUT = 3.0
LOAD_TIMEOUT = 300.0

# The embedded engine takes pymilvus' keep-alive pings for an attack and hangs up; a Unix socket needs none.
# Its own subchannels and short pauses: a client made after a restart must not wait out an old backoff.
_LOCAL_OPTIONS = {
    "grpc.keepalive_time_ms": 2**31 - 1,
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
}
_CONNECT_FAILED = 2
_NOT_LOADED = 101
_LOST = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
_LATE = {grpc.StatusCode.DEADLINE_EXCEEDED}


class Connection:
    """The client of one Milvus in this process, and the collections that it has loaded.

    Safe for use by many threads. A lost connection is replaced as a whole, since a restarted engine
    has nothing loaded.
    """

    def __init__(self, uri: str, token: str) -> None:
        self._uri = uri
        self._token = token
        self._client: MilvusClient | None = None
        self._loaded: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def call(self, operation: Callable[[MilvusClient], _Result]) -> _Result:
        """``operation(client)``, repeated for about ten seconds while there is no connection.

        Raises ``StoreUnavailable`` when the store does not come back or refuses the call, ``NotFound``
        when the collection does not exist.
        """
        deadline = time.monotonic() + RETRY_SECONDS
        pause = 0.05
        while True:
            client = None
            try:
                client = self._connected()
                return operation(client)
            except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError, ValueError) as error:
                if not _is_lost(error):
                    raise _in_words(error) from error
                self._forget(client)
                if time.monotonic() + pause > deadline:
                    raise StoreUnavailable(
                        "The document store does not answer: try again in a minute, and if that does not"
                        " help, restart the app."
                    ) from error
                _log.info("No connection to Milvus; trying again.")
            time.sleep(pause)
            pause = min(2 * pause, 0.5)

    def call_loaded(self, name: str, operation: Callable[[MilvusClient], _Result]) -> _Result:
        """``call`` with the collection ``name`` loaded; the least recently used are released."""

        def loaded(client: MilvusClient) -> _Result:
            self._load(client, name)
            try:
                return operation(client)
            except MilvusException as error:
                if not _is_unloaded(error):
                    raise
            # Another process released it, or the server lost it.
            self.unloaded(name)
            self._load(client, name)
            return operation(client)

        return self.call(loaded)

    def unloaded(self, name: str) -> None:
        """Forget that the collection is loaded, as after a drop."""
        with self._lock:
            self._loaded.pop(name, None)

    @property
    def loaded(self) -> tuple[str, ...]:
        """The collections this process keeps loaded, least recently used first."""
        with self._lock:
            return tuple(self._loaded)

    def _load(self, client: MilvusClient, name: str) -> None:
        with self._lock:
            if name in self._loaded:
                self._loaded.move_to_end(name)
                return
        client.load_collection(name, timeout=LOAD_TIMEOUT)
        surplus = []
        with self._lock:
            if client is self._client:
                self._loaded[name] = None
            while len(self._loaded) > LOADED_LIMIT:
                surplus.append(self._loaded.popitem(last=False)[0])
        for other in surplus:
            try:
                client.release_collection(other, timeout=30.0)
            except MilvusException as error:
                _log.warning("The collection %s could not be released: %s", other, error)

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                options = _LOCAL_OPTIONS if self._uri.startswith("unix:") else {}
                self._client = MilvusClient(
                    self._uri,
                    token=self._token,
                    timeout=CONNECT_TIMEOUT,
                    dedicated=True,
                    grpc_options=options,
                )
                self._loaded.clear()
            return self._client

    def _forget(self, client: MilvusClient | None) -> None:
        with self._lock:
            if client is None or client is not self._client:
                return
            self._client = None
            self._loaded.clear()
        client.close()  # type: ignore[no-untyped-call]


_connections: dict[tuple[int, str, str], Connection] = {}
_connections_lock = threading.Lock()


def connection(runtime: Runtime) -> Connection:
    """The process's connection to the runtime's Milvus; a forked child gets its own."""
    key = (os.getpid(), runtime.milvus_uri, runtime.milvus_token)
    with _connections_lock:
        return _connections.setdefault(key, Connection(runtime.milvus_uri, runtime.milvus_token))


def _code(error: BaseException) -> object:
    if isinstance(error, MilvusException):
        return error.code
    return error.code() if isinstance(error, grpc.Call) else None


def _is_lost(error: BaseException) -> bool:
    """Whether the call failed for want of a connection, so that repeating it may help."""
    return (
        _code(error) in _LOST
        or (isinstance(error, MilvusException) and error.code == _CONNECT_FAILED)
        or isinstance(error, grpc.FutureTimeoutError)
        # A channel that another thread closed after it had lost its connection.
        or "closed channel" in str(error)
    )


def _is_unloaded(error: MilvusException) -> bool:
    return error.code == _NOT_LOADED or "not loaded" in error.message


def _in_words(error: BaseException) -> Exception:
    if _code(error) == ErrorCode.COLLECTION_NOT_FOUND:
        return NotFound("The search index of this collection does not exist: index its documents again.")
    if _code(error) in _LATE:
        return StoreUnavailable("The document store takes too long to answer: try again in a minute.")
    _log.error("Milvus refused a request: %s", error)
    return StoreUnavailable("The document store refused the request: see the log for its reason.")
