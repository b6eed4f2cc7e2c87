"""The local language model: at most one server process for a data folder, started when it is asked.

``LocalServer.ensure`` is called before every question. Whoever is first starts the server; everybody else of
the same data folder, in this process or another, uses that one. Four files make it safe:

``start.lock``
    held while the server is looked for, started or stopped: one at a time.
``users.lock``
    shared by all who use the server; the kernel takes a process's share back however it ends, and the server
    ends when none is left.
``server.alive``
    held by the server process for as long as it lives.
``state.json``
    where it listens and with which key, for its owner's eyes only; touched at each use. The server ends when
    it is gone.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

from filelock import FileLock, Timeout

from domain.errors import ModelBusy, ModelUnavailable
from pipelines import llama_server
from pipelines.engine_files import log_file, opened, try_flock
from pipelines.llama_server import ALIVE, START_LOCK, STATE, USERS

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parent.parent
LOG = "local_llm.log"
SLOTS = 2
START_TIMEOUT_S = 180.0
_STOP_S = 3.0
_ANSWER_S = 4.0
_OTHER_MODEL_S = 30.0
_POLL_S = 0.02
_BYTES_PER_TOKEN = 1 << 16
_KEPT = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "OMP_", "CUDA_", "HIP_", "ROCR_", "GGML_")


@dataclass(frozen=True, slots=True)
class Order:
    """Which model the server is to serve, and how; ``threads`` 0 leaves it to the machine's cores."""

    file: Path
    context: int = 4096
    threads: int = 0
    idle_s: float = 600.0

    @property
    def alias(self) -> str:
        """The name under which the server knows the model."""
        return self.file.stem

    @property
    def memory(self) -> int:
        """The bytes it takes at most, about: the weights, partly once more in the form that is computed
        with, and the context of each slot.
        """
        return int(self.file.stat().st_size * 1.5) + self.context * SLOTS * _BYTES_PER_TOKEN

    def as_json(self) -> dict[str, Any]:
        """The order as the server reads it, without a key."""
        threads = self.threads or _cores()
        told = {"file": str(self.file), "threads": threads, "slots": SLOTS, "alias": self.alias}
        return asdict(self) | told


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the server is asked."""

    base_url: str
    model: str
    key: str


@dataclass(frozen=True, slots=True)
class Status:
    """What the server of a data folder does now, and with which file."""

    state: Literal["stopped", "starting", "running"]
    file: Path | None = None
    pid: int | None = None


class LocalServer:
    """The server of one data folder as seen by one user of it; threads may share it."""

    def __init__(self, folder: Path, logs: Path) -> None:
        """Meet the others in ``folder``, and let the server write what goes wrong into ``logs``."""
        self._folder = folder
        self._logs = logs
        self._share: IO[bytes] | None = None
        self._lock = threading.Lock()

    def ensure(self, order: Order, timeout: float = START_TIMEOUT_S) -> Endpoint:
        """Where the model of ``order`` is asked; starts the server, or exchanges the model, if needed.

        From then on this is one of those who use it, until ``close``. Raises ``ModelUnavailable`` when the
        model cannot be started and ``ModelBusy`` when the server still answers with another one.
        """
        if sys.platform == "win32":
            raise ModelUnavailable("The local model does not run on Windows here: use Ollama instead.")
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder, timeout):
            self._use()
            state = _state(folder)
            if state is not None and _lives(folder) and _answers(state):
                if _serves(state, order):
                    os.utime(folder / STATE)
                    return _endpoint(state)
                _wait_while_busy(state)
            _stop(folder)
            return _endpoint(_start(folder, order, self._logs, timeout))

    def status(self) -> Status:
        """What the server does; nothing is started."""
        if not self._folder.is_dir() or not _lives(self._folder):
            return Status("stopped")
        state = _state(self._folder)
        if state is None:
            return Status("starting")
        return Status("running", Path(state["file"]), state["pid"])

    def serves(self, order: Order) -> bool:
        """Whether a question to the model of ``order`` is answered without a start of the server."""
        state = _state(self._folder)
        return state is not None and _serves(state, order) and _lives(self._folder)

    def stop(self) -> None:
        """End the server, also in the middle of an answer; the next question starts it again."""
        if self._folder.is_dir():
            with _alone(self._folder, START_TIMEOUT_S):
                _stop(self._folder)

    def close(self) -> None:
        """Use it no more; it ends when nobody else does."""
        with self._lock:
            if self._share is not None:
                self._share.close()
                self._share = None

    def _use(self) -> None:
        with self._lock:
            if self._share is None:
                self._share = opened(self._folder / USERS)
                # The server looks at this lock for an instant now and then.
                fcntl.flock(self._share, fcntl.LOCK_SH)


@contextmanager
def _alone(folder: Path, timeout: float) -> Iterator[None]:
    """Nobody else looks for the server, starts it or stops it within the block. Raises ``ModelBusy``."""
    try:
        held = FileLock(folder / START_LOCK).acquire(timeout=timeout)
    except Timeout as error:
        raise ModelBusy("The local model is still being started: try again in a moment.") from error
    with held:
        yield


def _state(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _lives(folder: Path) -> bool:
    with opened(folder / ALIVE) as alive:
        return not try_flock(alive)


def _serves(state: dict[str, Any], order: Order) -> bool:
    wanted = order.as_json()
    return all(state.get(name) == value for name, value in wanted.items())


def _endpoint(state: dict[str, Any]) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{state['port']}/v1", state["alias"], state["key"])


def _answers(state: dict[str, Any]) -> bool:
    return _get(state, "/health") is not None


def _get(state: dict[str, Any], path: str) -> str | None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{state['port']}{path}", headers={"Authorization": f"Bearer {state['key']}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=_ANSWER_S) as reply:
            return str(reply.read().decode())
    except (OSError, urllib.error.URLError):
        return None


def _wait_while_busy(state: dict[str, Any]) -> None:
    """Let the server that is to be exchanged end its answers. Raises ``ModelBusy`` when that takes long."""
    end = time.monotonic() + _OTHER_MODEL_S
    while _is_busy(state):
        if time.monotonic() > end:
            raise ModelBusy("The local model is still answering with other weights: try again in a moment.")
        time.sleep(0.2)


def _is_busy(state: dict[str, Any]) -> bool:
    lines = (_get(state, "/metrics") or "").splitlines()
    return any(line.startswith("llamacpp:requests_") and not line.endswith(" 0") for line in lines)


def _stop(folder: Path) -> None:
    end = time.monotonic() + _STOP_S
    while _lives(folder):
        (folder / STATE).unlink(missing_ok=True)
        if time.monotonic() > end:
            _kill(folder)
            end = time.monotonic() + _STOP_S
        time.sleep(_POLL_S)


def _kill(folder: Path) -> None:
    number = (folder / ALIVE).read_text(encoding="ascii", errors="replace")
    if not number.isdigit():
        return
    _log.warning("the local model's server %s does not end by itself; killing it", number)
    try:
        os.kill(int(number), signal.SIGKILL)
    except ProcessLookupError:
        return


def _start(folder: Path, order: Order, logs: Path, timeout: float) -> dict[str, Any]:
    if not order.file.is_file():
        raise ModelUnavailable(
            f"The file of the local model {order.alias} is not there: an admin can download it in Resources."
        )
    _check_memory(order)
    (folder / STATE).unlink(missing_ok=True)
    started = time.monotonic()
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log_file(logs, LOG) as log:
        begun = log.seek(0, os.SEEK_END)
        # Its own session: Ctrl-C in a terminal ends the app, and the server when nobody uses it any more.
        server = subprocess.Popen(  # noqa: S603 - our own module, fixed arguments, no shell
            [sys.executable, "-m", "pipelines.llama_server", str(folder)],
            cwd=_ROOT,
            env={name: value for name, value in os.environ.items() if name.startswith(_KEPT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    threading.Thread(target=server.wait, name="local-llm-reaper", daemon=True).start()
    _hand_over(server, order)
    while (state := _state(folder)) is None:
        if server.poll() is not None:
            raise ModelUnavailable(_why_not(order, server.returncode, logs / LOG, begun))
        if time.monotonic() - started > timeout:
            server.kill()
            raise ModelUnavailable(
                f"The local model {order.alias} did not start within {timeout:.0f} seconds: try again, or "
                "choose a smaller model."
            )
        time.sleep(_POLL_S)
    _log.info("the local model %s started in %.1f s", order.alias, time.monotonic() - started)
    return state


def _hand_over(server: subprocess.Popen[bytes], order: Order) -> None:
    line = json.dumps(order.as_json() | {"key": secrets.token_urlsafe(32)}) + "\n"
    assert server.stdin is not None  # noqa: S101 - narrows the type
    try:
        with server.stdin as pipe:
            pipe.write(line.encode())
    except BrokenPipeError:
        return  # it ended at once, and its status says why


def _why_not(order: Order, status: int, log: Path, begun: int) -> str:
    if status == llama_server.NOT_INSTALLED:
        return "The local model needs the library xllamacpp: run make install, then start the app again."
    if status == -signal.SIGKILL or (status == llama_server.NOT_LOADED and _lacked_memory(log, begun)):
        return (
            f"The memory of this machine did not suffice for the local model {order.alias}: close other "
            "programs, lower its context, or choose a smaller model."
        )
    if status == llama_server.NOT_LOADED:
        return (
            f"The file of the local model {order.alias} is damaged, or of a kind that llama.cpp does not "
            "know: delete it in Resources and download it again."
        )
    return f"The server of the local model ended while starting (status {status}): its log {LOG} says why."


def _lacked_memory(log: Path, begun: int) -> bool:
    with log.open("rb") as file:
        file.seek(begun)
        said = file.read().lower()
    return b"failed to allocate" in said or b"out of memory" in said


def _check_memory(order: Order) -> None:
    free = free_memory()
    if free is not None and free < order.memory:
        raise ModelUnavailable(
            f"The local model {order.alias} needs about {order.memory / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free: close other programs, lower its context, or choose a smaller one."
        )


def free_memory() -> int | None:
    """The bytes of memory that a new process can have; ``None`` where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return int(values["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _cores() -> int:
    """One thread for each core; of many, half: they are shared, and memory is what limits."""
    cores = os.cpu_count() or 1
    return cores if cores <= 4 else max(4, cores // 2)
