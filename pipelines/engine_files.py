"""Files, locks and surroundings of the engine process; ``pipelines.engine`` says what they are for."""

from __future__ import annotations

import importlib.util
import logging
import os
import stat
import sys
from pathlib import Path
from typing import IO

from domain.errors import StoreUnavailable

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)

_LOG_LIMIT = 5_000_000


def default_runtime_dir() -> Path:
    """The folder of this user's sockets."""
    # Not from TMPDIR or XDG_RUNTIME_DIR: a service and a shell of the same user must meet at one place.
    return Path("/tmp") / f"evidentia-{os.getuid()}"  # noqa: S108 - checked by private_folder


def private_folder(folder: Path) -> None:
    """Make ``folder`` or check that it is a real folder, ours, and closed to everybody else."""
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreUnavailable(
            f"{folder} is not a private folder of this user: remove it, then start the app again."
        )


def opened(path: Path) -> IO[bytes]:
    """The lock file at ``path``, made if missing, not inherited by children."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, "r+b", buffering=0)


def try_lock(file: IO[bytes]) -> bool:
    """Take the POSIX lock of ``file`` for this process; whether it was free."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def try_flock(file: IO[bytes]) -> bool:
    """Take the lock of this opening of ``file``, which children may share; whether it was free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def kill_holder(alive: IO[bytes]) -> bool:
    """Kill the engine that wrote its number into ``alive``: it lives, or the lock would be free."""
    alive.seek(0)
    number = alive.read(20).decode("ascii", "replace")
    if not number.isdigit():
        return False
    _log.warning("The Milvus engine %s of an earlier owner does not end by itself; killing it.", number)
    try:
        os.kill(int(number), 9)
    except ProcessLookupError:
        return False
    return True


def library_folder() -> Path:
    """Where the engine's binary lies, found without importing its Python part (which needs pkg_resources)."""
    found = importlib.util.find_spec("milvus_lite")
    for place in (found.submodule_search_locations or []) if found else []:
        if (Path(place) / "lib" / "milvus").is_file():
            return Path(place) / "lib"
    raise StoreUnavailable(
        "The embedded Milvus engine (milvus-lite 2.5.1) is not installed: run make install or set MILVUS_URI."
    )


def environment(library: Path, folder: Path) -> dict[str, str]:
    """The engine's environment: nothing of ours, least of all keys; it aborts without HOME."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "TZ", "OMP_NUM_THREADS") if name in os.environ
    }
    return {
        **kept,
        "HOME": str(folder),
        "LD_LIBRARY_PATH": str(library),
        "DYLD_LIBRARY_PATH": str(library),
        "GLOG_logtostderr": "1",
    }


def log_file(folder: Path, name: str = "milvus.log") -> IO[bytes]:
    """The log ``name`` of a process in ``folder``, appended to; a large one is put aside first."""
    path = folder / name
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")
