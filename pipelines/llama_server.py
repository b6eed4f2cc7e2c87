"""The process of the local language model: llama.cpp's HTTP server, on loopback and behind a key.

Started by ``pipelines.llama`` as ``python -m pipelines.llama_server FOLDER`` with its order as one line of
JSON on standard input, so that the key stands in no command line. It writes ``state.json`` when it can be
asked, and ends by itself: when nobody who uses it is left, when that file is gone, or after an idle time.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from pipelines.engine_files import opened, try_flock

ALIVE = "server.alive"
STATE = "state.json"
START_LOCK = "start.lock"
USERS = "users.lock"

NOT_LOADED = 3
NOT_INSTALLED = 5
ALREADY_RUNNING = 75

_POLL_S = 0.25
_HTTP_THREADS = 64
_WORK = ("prompt_tokens_total", "tokens_predicted_total", "requests_processing", "requests_deferred")


def main(folder: Path) -> int:
    """Serve the model that standard input names until it is no longer wanted, then end the process.

    Gives the exit status when it cannot be served.
    """
    order = json.loads(sys.stdin.readline())
    os.umask(0o077)
    with opened(folder / ALIVE) as alive:
        if not _alone(alive):
            return ALREADY_RUNNING
        alive.truncate(0)
        alive.write(str(os.getpid()).encode())
        try:
            server = _server(order)
        except ImportError:
            return NOT_INSTALLED
        except RuntimeError:
            return NOT_LOADED  # what llama.cpp had to say about it is in the log
        _write_state(folder, order, urlsplit(server.listening_address).port)
        _serve(folder, server, float(order["idle_s"]))
        # At once, with the lock still held: an orderly end would wait for those who listen to an answer.
        os._exit(0)


def _alone(alive: Any) -> bool:
    # Whoever only looks whether a server lives holds this lock for a moment.
    end = time.monotonic() + 2.0
    while not try_flock(alive):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _server(order: dict[str, Any]) -> Any:
    """The running server. Raises ``RuntimeError`` when the model cannot be loaded, and ``ImportError``."""
    xllamacpp: Any = importlib.import_module("xllamacpp")

    file = Path(order["file"])
    # What the server tells about itself then has a file's name where it would have a path.
    os.chdir(file.parent)
    params = xllamacpp.CommonParams()
    params.model.path = file.name
    params.model_alias = {order["alias"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.n_parallel = order["slots"]
    # One for each answer that is written or waits for its turn, and some for those who look after it.
    params.n_threads_http = _HTTP_THREADS
    params.n_ctx = order["context"] * order["slots"]
    params.cpuparams.n_threads = order["threads"]
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_metrics = True
    # By default it would keep old prompts in up to 8 GB of memory.
    params.cache_ram_mib = 0
    params.cors_origins = ""
    params.verbosity = 1
    return xllamacpp.Server(params)


def _write_state(folder: Path, order: dict[str, Any], port: int | None) -> None:
    state = {**order, "pid": os.getpid(), "port": port}
    partial = folder / f"{STATE}.{os.getpid()}"
    partial.write_text(json.dumps(state), encoding="utf-8")
    partial.replace(folder / STATE)


def _serve(folder: Path, server: Any, idle_s: float) -> None:
    state = folder / STATE
    work, last = "", time.time()
    while state.exists():
        time.sleep(_POLL_S)
        done = _work(server)
        if done != work or not done.endswith("0 0"):
            work, last = done, time.time()
        if not _users_left(folder) or _idle(state, last, idle_s):
            with _nobody_starting(folder) as alone:
                if alone and (not _users_left(folder) or _idle(state, last, idle_s)):
                    state.unlink(missing_ok=True)


def _work(server: Any) -> str:
    """What was and is being worked on, as text that changes with every token; it ends with what runs."""
    found = {}
    for line in str(server.handle_metrics()).splitlines():
        name, _, value = line.removeprefix("llamacpp:").partition(" ")
        found[name] = value
    return " ".join(found.get(name, "0") for name in _WORK)


def _idle(state: Path, last: float, idle_s: float) -> bool:
    """Whether nobody asked for the server, and it has done nothing, for a while."""
    try:
        asked = state.stat().st_mtime
    except FileNotFoundError:
        return True
    return time.time() - max(asked, last) > idle_s


def _users_left(folder: Path) -> bool:
    """Whether a process that uses the server lives: each holds a share of this lock until it ends."""
    with opened(folder / USERS) as users:
        return not try_flock(users)


@contextmanager
def _nobody_starting(folder: Path) -> Iterator[bool]:
    """Whether no process is about to use the server; none begins to within the block if so."""
    try:
        held = FileLock(folder / START_LOCK).acquire(timeout=0)
    except Timeout:
        yield False
        return
    with held:
        yield True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
