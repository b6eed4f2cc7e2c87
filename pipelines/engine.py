"""The embedded Milvus engine: exactly one process for a data folder, whoever starts first.

``ensure(data_dir)`` is called by the web app, the worker and the command line alike. The first to hold
``owner.lock`` spawns the engine and watches over it; the others connect to the same Unix socket, and
one of them takes over when the owner is gone. Three files beside the database make that safe:

``owner.lock``
    a POSIX lock of the owning process; the kernel drops it when that process ends, however it ends.
``engine.lock``
    a second POSIX lock of the owner, on which the engine itself waits: when it gets it, it exits.
``engine.alive``
    an open-file lock that only the engine process keeps, so that a new owner knows when the old
    engine has really gone before it opens the database again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from domain.errors import StoreUnavailable
from pipelines.engine_files import (
    default_runtime_dir,
    environment,
    kill_holder,
    library_folder,
    log_file,
    opened,
    private_folder,
    try_flock,
    try_lock,
)

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)

DATABASE = "milvus.db"
START_TIMEOUT = 60.0
_POLL = 0.1
_STABLE_AFTER = 10.0
_LONGEST_PAUSE = 5.0
_SOCKET_PATH_LIMIT = 103  # sockaddr_un holds 104 bytes on macOS, 108 on Linux, with the final NUL


def ensure(data_dir: Path, *, timeout: float = START_TIMEOUT, runtime_dir: Path | None = None) -> Engine:
    """Own the engine of ``data_dir`` or connect to its owner's, and wait until it answers.

    ``timeout`` is in seconds; ``runtime_dir`` replaces the private folder that holds the socket.
    Every call returns a handle of its own; the engine stops with the owner's last one.

    Raises ``StoreUnavailable`` when the engine does not answer in time or cannot run here.
    """
    if sys.platform == "win32":
        raise StoreUnavailable("There is no embedded Milvus for Windows here: set MILVUS_URI to a server.")
    user_data = data_dir.expanduser().resolve() / "user_data"
    folder = (user_data / "vectorstore").resolve()
    with _registry_lock:
        keeper = _registry.get(folder)
        if keeper is None or not keeper.is_mine:
            keeper = _Keeper(folder, user_data / "logs", runtime_dir or default_runtime_dir())
            _registry[folder] = keeper
        keeper.handles += 1
    engine = Engine(keeper)
    try:
        keeper.start(time.monotonic() + timeout)
    except BaseException:
        engine.close()
        raise
    return engine


class Engine:
    """One user's handle of the engine of a data folder, as returned by ``ensure``."""

    def __init__(self, keeper: _Keeper) -> None:
        self._keeper = keeper
        self._closed = False
        self._lock = threading.Lock()

    @property
    def uri(self) -> str:
        """What pymilvus connects to; the same for every process and after every restart."""
        return self._keeper.uri

    @property
    def owned(self) -> bool:
        """Whether the engine is a child of this process, now."""
        return self._keeper.owned

    @property
    def pid(self) -> int | None:
        """The engine's process id when this process owns it and it runs, else ``None``."""
        return self._keeper.engine_pid

    def check(self) -> None:
        """Return if the engine answers. Raises ``StoreUnavailable`` otherwise."""
        if self._closed:
            raise StoreUnavailable("This handle of the document store is closed: start the app again.")
        if not _answers(self.uri, 5.0):
            raise StoreUnavailable(
                "The document store does not answer: it is being restarted, try again in a few seconds."
            )

    def close(self) -> None:
        """Give the handle back; the process's last one stops the engine if this process owns it."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        keeper = self._keeper
        if not keeper.is_mine:
            return
        with _registry_lock:
            keeper.handles -= 1
            if keeper.handles:
                return
            # Stopped under the registry's lock: a new keeper of the same folder opened meanwhile would
            # lose its POSIX lock when this one closes its descriptor.
            keeper.stop()
            _registry.pop(keeper.folder, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Keeper:
    """Holds the locks of one folder in this process and watches over the engine."""

    def __init__(self, folder: Path, logs: Path, runtime_dir: Path) -> None:
        self.folder = folder
        self._logs = logs
        self.handles = 0
        self._runtime_dir = runtime_dir
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        self.socket = runtime_dir / f"{name}.sock"
        self.uri = f"unix:{self.socket}"
        self._process_id = os.getpid()
        self._engine: subprocess.Popen[bytes] | None = None
        self._owner_lock: IO[bytes] | None = None
        self._engine_lock: IO[bytes] | None = None
        self._owned = False
        self._listened = False
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_mine(self) -> bool:
        """Whether this process made it: a forked child has neither its locks nor its thread."""
        return self._process_id == os.getpid()

    @property
    def owned(self) -> bool:
        return self._owned and self.is_mine

    @property
    def engine_pid(self) -> int | None:
        engine = self._engine
        return engine.pid if engine is not None and self.is_mine and engine.poll() is None else None

    def start(self, deadline: float) -> None:
        """Take the locks if they are free, start watching, and wait until the engine answers."""
        with self._starting:
            if self._thread is None:
                self._begin(deadline)
        while not _answers(self.uri, 2.0):
            if time.monotonic() > deadline:
                raise StoreUnavailable(self._why_not())
            time.sleep(0.02)
        self._listened = True

    def stop(self) -> None:
        """Stop watching, stop an engine that is ours, and let go of the locks."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._owned:
            self._stop_engine()
            self.socket.unlink(missing_ok=True)
        self._owned = False
        for held in (self._engine_lock, self._owner_lock):
            if held is not None:
                held.close()

    def _begin(self, deadline: float) -> None:
        if len(os.fsencode(self.socket)) > _SOCKET_PATH_LIMIT:
            raise StoreUnavailable(f"The path {self.socket} is too long for a socket: choose a shorter one.")
        try:
            self._open()
            if self._try_own():
                self._await_predecessor(deadline)
                self._spawn()
        except OSError as error:
            raise StoreUnavailable(
                f"The document store's folder cannot be used ({error.strerror}): check its rights and space."
            ) from error
        self._thread = threading.Thread(target=self._watch, name="milvus-keeper", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        private_folder(self._runtime_dir)
        for needed in (self.folder.parent, self.folder, self._logs):
            needed.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.stat().st_uid == os.getuid():
            self.folder.chmod(0o700)
        self._owner_lock = self._owner_lock or opened(self.folder / "owner.lock")
        self._engine_lock = self._engine_lock or opened(self.folder / "engine.lock")

    def _try_own(self) -> bool:
        assert self._owner_lock is not None  # noqa: S101 - narrows the type, set by _open
        self._owned = try_lock(self._owner_lock)
        return self._owned

    def _await_predecessor(self, deadline: float) -> None:
        """Wait until the engine of an owner that is gone has ended; it does so by itself within a second."""
        killed = False
        patience = time.monotonic() + 5.0
        while not self._stopping.is_set():
            with opened(self.folder / "engine.alive") as alive:
                if try_flock(alive):
                    return
                if time.monotonic() > patience and not killed:
                    killed = kill_holder(alive)
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    "An earlier Milvus process still holds the document store: end it and start again."
                )
            time.sleep(0.05)

    def _spawn(self) -> None:
        """Start the engine; only ever called by the owner, with no other engine alive."""
        assert self._engine_lock is not None  # noqa: S101
        if not try_lock(self._engine_lock):
            raise StoreUnavailable("Another process holds the document store's engine lock: end it first.")
        library = library_folder()
        self.socket.unlink(missing_ok=True)
        self._listened = False
        with opened(self.folder / "engine.alive") as alive, log_file(self._logs) as log:
            if not try_flock(alive):
                raise StoreUnavailable("A Milvus process already runs on this data folder: end it first.")
            alive.truncate(0)
            # Its own session: Ctrl-C in a terminal ends the app, which then ends the engine in order.
            self._engine = subprocess.Popen(  # noqa: S603 - our own binary, fixed arguments, no shell
                [str(library / "milvus"), DATABASE, self.uri, "ERROR", "engine.lock"],
                cwd=self.folder,
                env=environment(library, self.folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(alive.fileno(),),
                start_new_session=True,
                umask=0o077,
            )
            alive.write(str(self._engine.pid).encode())

    def _stop_engine(self) -> None:
        assert self._engine_lock is not None  # noqa: S101
        fcntl.lockf(self._engine_lock, fcntl.LOCK_UN)
        if self._engine is None:
            return
        try:
            self._engine.wait(5.0)
        except subprocess.TimeoutExpired:
            self._engine.kill()
            self._engine.wait()

    def _watch(self) -> None:
        """Restart an engine that died; take over from an owner that is gone. Runs in a thread."""
        pause, failures, started = 0.0, 0, time.monotonic()
        while not self._stopping.wait(_POLL + pause):
            pause = 0.0
            try:
                if not self._owned:
                    if not self._try_own():
                        continue
                    _log.warning("The owner of the Milvus engine is gone; taking over.")
                    self._await_predecessor(time.monotonic() + START_TIMEOUT)
                elif self._runs():
                    continue
                else:
                    self._clear_away()
                    failures = 0 if time.monotonic() - started > _STABLE_AFTER else failures + 1
                if not self._stopping.is_set():
                    self._spawn()
                started = time.monotonic()
            except (StoreUnavailable, OSError) as error:
                failures += 1
                _log.error("The Milvus engine could not be started: %s", error)
            # The first restart is at once; an engine that keeps dying is tried ever more rarely.
            pause = min(_LONGEST_PAUSE, 0.25 * 2 ** (failures - 1)) if failures > 1 else 0.0

    def _runs(self) -> bool:
        """Whether the engine lives and, once it has listened, its socket is still there."""
        if self._engine is None or self._engine.poll() is not None:
            return False
        there = self.socket.exists()
        self._listened = self._listened or there
        return there or not self._listened

    def _clear_away(self) -> None:
        """End what is left of an engine that died or whose socket was removed."""
        if self._engine is None:
            return
        status = self._engine.poll()
        if status is None:
            self._engine.kill()
            self._engine.wait()
        _log.warning("The Milvus engine ended (status %s); restarting it.", status)
        self._engine = None

    def _why_not(self) -> str:
        if self._owned:
            return (
                "The document store's engine did not start: see milvus.log in the data folder's"
                " user_data/logs, and check the free space."
            )
        return (
            "Another process owns the document store of this data folder, but its engine does not answer:"
            " end that process, or run both as the same user on the same machine."
        )


_registry: dict[Path, _Keeper] = {}
_registry_lock = threading.RLock()


def _answers(uri: str, timeout: float) -> bool:
    """Whether a gRPC server speaks at ``uri`` within ``timeout`` seconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        try:
            client.connect(uri.removeprefix("unix:"))
            # An HTTP/2 connection preface and an empty SETTINGS frame (RFC 9113, 3.4): a server answers
            # with its own SETTINGS, whose frame type is the fourth byte.
            client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            return client.recv(9)[3:4] == b"\x04"
        except OSError:
            return False
