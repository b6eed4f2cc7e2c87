"""The engine process under bad luck: killed, raced for, orphaned, copied, obstructed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import StoreUnavailable
from pipelines.engine import Engine, ensure

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """
import json, sys
from pathlib import Path
from pipelines.engine import ensure
with ensure(Path(sys.argv[1])) as engine:
    print(json.dumps({"uri": engine.uri, "owned": engine.owned, "pid": engine.pid}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"owned": engine.owned, "pid": engine.pid}), flush=True)
"""


class Other:
    """Another process that uses the engine of the same folder."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first: dict[str, object] = {}

    def read(self) -> dict[str, object]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self) -> dict[str, object]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read()

    def end(self, how: int | None = None) -> None:
        if how is not None:
            self.process.send_signal(how)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@contextmanager
def others(data: Path, count: int = 1) -> Iterator[list[Other]]:
    processes = [Other(data) for _ in range(count)]
    try:
        for one in processes:
            one.first = one.read()
        yield processes
    finally:
        for one in processes:
            if one.process.poll() is None:
                one.end()


def engines(uri: str) -> list[int]:
    """The process ids of all engines that serve ``uri``."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if uri.encode() in arguments:
                found.append(int(folder.name))
    return found


def until(condition: Callable[[], bool], seconds: float) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - start


def answers(engine: Engine) -> bool:
    try:
        engine.check()
    except StoreUnavailable:
        return False
    return True


def test_it_starts_privately_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with ensure(tmp_path) as engine:
        engine.check()
        assert engine.owned
        socket_path = Path(engine.uri.removeprefix("unix:"))
        assert len(os.fsencode(socket_path)) <= 103
        assert socket_path.parent.stat().st_mode & 0o777 == 0o700
        assert socket_path.stat().st_mode & 0o077 == 0
        assert (tmp_path / "user_data" / "vectorstore").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "user_data" / "vectorstore" / "milvus.db").stat().st_mode & 0o077 == 0
        uri = engine.uri
        assert engines(uri) == [engine.pid]
    assert engines(uri) == []
    assert not socket_path.exists()
    with pytest.raises(StoreUnavailable):
        engine.check()


def test_the_engine_inherits_neither_secrets_nor_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with (tmp_path / "stray").open("w") as stray, ensure(tmp_path / "data") as engine:
        os.set_inheritable(stray.fileno(), True)
        os.kill(engine.pid or 0, signal.SIGKILL)  # the one that replaces it could inherit
        until(lambda: answers(engine), 10)
        process = Path("/proc") / str(engine.pid)
        assert b"OPENAI_API_KEY" not in (process / "environ").read_bytes()
        opened = {os.path.realpath(one) for one in (process / "fd").iterdir()}
        assert str(tmp_path / "stray") not in opened
        assert not {one for one in opened if "owner.lock" in one}


def test_one_process_shares_one_engine(tmp_path: Path) -> None:
    first = ensure(tmp_path)
    second = ensure(tmp_path / "." / "x" / "..")
    assert first.uri == second.uri
    assert engines(first.uri) == [first.pid] == [second.pid]
    first.close()
    first.close()
    second.check()
    second.close()
    assert engines(second.uri) == []


def test_a_killed_engine_is_back_at_the_same_address(tmp_path: Path) -> None:
    with ensure(tmp_path) as engine:
        uri, before = engine.uri, engine.pid
        os.kill(before or 0, signal.SIGKILL)
        assert until(lambda: engine.pid not in (None, before) and answers(engine), 5) < 3
        assert engine.uri == uri
        assert engines(uri) == [engine.pid]


def test_a_removed_socket_is_replaced(tmp_path: Path) -> None:
    with ensure(tmp_path) as engine:
        Path(engine.uri.removeprefix("unix:")).unlink()
        until(lambda: answers(engine), 10)
        assert engines(engine.uri) == [engine.pid]


def test_processes_starting_at_once_share_one_engine(tmp_path: Path) -> None:
    with others(tmp_path, 3) as processes:
        first = [one.first for one in processes]
        assert sorted(bool(one["owned"]) for one in first) == [False, False, True]
        uri = str(first[0]["uri"])
        assert {one["uri"] for one in first} == {uri}
        assert len(engines(uri)) == 1
    until(lambda: engines(uri) == [], 5)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_engine_outlives_its_owner(tmp_path: Path, how: int) -> None:
    with others(tmp_path) as [owner]:
        uri = str(owner.first["uri"])
        assert len(engines(uri)) == 1
        owner.end(how)
        until(lambda: engines(uri) == [], 2)


def test_another_process_takes_over_from_a_killed_owner(tmp_path: Path) -> None:
    with others(tmp_path) as [owner], ensure(tmp_path) as engine:
        assert owner.first["owned"]
        assert not engine.owned
        assert engine.uri == owner.first["uri"]
        owner.end(signal.SIGKILL)
        until(lambda: engine.owned and answers(engine), 6)
        assert engines(engine.uri) == [engine.pid]
        with others(tmp_path) as [late]:
            assert not late.first["owned"]


def test_another_process_takes_over_from_one_that_ends_in_order(tmp_path: Path) -> None:
    with ensure(tmp_path) as engine:
        with others(tmp_path) as [other]:
            assert not other.first["owned"]
            engine.close()
            until(lambda: bool(other.ask()["pid"]), 6)
        until(lambda: engines(engine.uri) == [], 3)


def test_a_stale_socket_is_no_obstacle(tmp_path: Path) -> None:
    with ensure(tmp_path) as engine:
        uri = engine.uri
    Path(uri.removeprefix("unix:")).touch()
    with ensure(tmp_path) as engine:
        engine.check()
        assert engine.uri == uri


def test_a_copied_folder_has_an_engine_of_its_own(tmp_path: Path) -> None:
    with others(tmp_path / "first") as [owner]:
        owner.end(signal.SIGKILL)
        until(lambda: engines(str(owner.first["uri"])) == [], 3)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    with ensure(tmp_path / "first") as first, ensure(tmp_path / "second") as second:
        assert first.uri != second.uri
        assert first.owned
        assert second.owned


@pytest.fixture
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="evd-") as folder:
        yield Path(folder)


def test_a_runtime_folder_that_is_a_link_is_refused(tmp_path: Path, short_folder: Path) -> None:
    (short_folder / "real").mkdir(mode=0o700)
    (short_folder / "link").symlink_to(short_folder / "real")
    with pytest.raises(StoreUnavailable, match="not a private folder"):
        ensure(tmp_path, runtime_dir=short_folder / "link")


def test_a_runtime_folder_open_to_others_is_refused(tmp_path: Path, short_folder: Path) -> None:
    (short_folder / "open").mkdir()
    (short_folder / "open").chmod(0o755)
    with pytest.raises(StoreUnavailable, match="not a private folder"):
        ensure(tmp_path, runtime_dir=short_folder / "open")


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="too long"):
        ensure(tmp_path, runtime_dir=tmp_path / ("x" * 110))


def test_a_data_folder_that_is_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "user_data").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        ensure(tmp_path)


def test_a_missing_engine_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StoreUnavailable, match="not installed"):
        ensure(tmp_path)
    monkeypatch.undo()
    with ensure(tmp_path) as engine:
        engine.check()


def test_a_broken_database_ends_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "user_data" / "vectorstore"
    folder.mkdir(parents=True)
    (folder / "milvus.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreUnavailable, match="did not start"):
        ensure(tmp_path, timeout=2)


def test_a_forked_child_leaves_its_parents_engine_alone(tmp_path: Path) -> None:
    script = f"""
import os, time
from pathlib import Path
from pipelines.engine import ensure
engine = ensure(Path({str(tmp_path)!r}))
child = os.fork()
if child == 0:
    assert not engine.owned
    with ensure(Path({str(tmp_path)!r})) as mine:
        assert not mine.owned and mine.uri == engine.uri
        mine.check()
    engine.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert engine.owned
engine.check()
engine.close()
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


@pytest.mark.slow
def test_an_engine_that_hangs_is_killed_by_the_next_owner(tmp_path: Path) -> None:
    with others(tmp_path) as [owner]:
        pid = int(str(owner.first["pid"]))
        os.kill(pid, signal.SIGSTOP)
        owner.end(signal.SIGKILL)
    with ensure(tmp_path) as engine:
        assert engine.owned
        assert engines(engine.uri) == [engine.pid]
        assert engine.pid != pid


@pytest.mark.slow
def test_owners_killed_one_after_another_never_leave_two_engines(tmp_path: Path) -> None:
    most = 0
    with others(tmp_path, 5) as processes:
        uri = str(processes[0].first["uri"])
        for _ in range(4):
            owner = next(one for one in processes if one.process.poll() is None and one.ask()["owned"])
            owner.end(signal.SIGKILL)
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                most = max(most, len(engines(uri)))
            until(lambda: any(one.ask()["pid"] for one in processes if one.process.poll() is None), 10)
    assert most == 1
