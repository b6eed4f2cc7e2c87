"""Downloads of the catalogue's models: in the background, seen by every page, gone on with after a break.

The bytes that have come lie beside the file to be, with a small state file; whoever downloads holds a lock,
so that every process of the data folder sees how far it is, and one downloads at a time.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import AcquireReturnProxy, FileLock, Timeout
from sqlalchemy import select

from domain.errors import Cancelled, Conflict, EvidentiaError, ModelUnavailable
from domain.models import ModelKind
from domain.progress import Progress
from domain.users import User
from pipelines import weights
from pipelines.catalogue import CATALOGUE, CatalogueModel, entry
from pipelines.providers.llama_cpp import CONTEXT, MODEL, LlamaCpp
from pipelines.sources import WHEEL_FOLDER
from services import models
from services.installation import Installation
from services.local_llm import require_admin
from services.model_drafts import Draft
from services.settings import Settings
from services.tables import ModelRow

ORIGIN = "catalogue"
STATE = "download.json"
_CANCEL = "cancel"
_WRITE_EVERY_S = 0.3
_SPEED_OVER_S = 6.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """How far the file of a model is; sizes in bytes, ``speed`` in bytes per second while it runs.

    ``paused``: some of it has come, and nobody is fetching the rest; ``error`` says why if it was not wished.
    ``registered``: it is among the language models.
    """

    model: CatalogueModel
    state: Literal["absent", "running", "checking", "paused", "ready"]
    done: int = 0
    speed: float | None = None
    error: str | None = None
    registered: bool = False

    @property
    def fraction(self) -> float:
        """How much has come, in [0, 1]."""
        return min(1.0, self.done / self.model.file.size)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the present speed, if that is known."""
        return (self.model.file.size - self.done) / self.speed if self.speed else None

    @property
    def is_open(self) -> bool:
        """Whether it is at work."""
        return self.state in ("running", "checking")


def listing(installation: Installation, user: User) -> list[Download]:
    """The models of the catalogue, those worth answers first. Raises ``NotAllowed`` unless an admin asks."""
    require_admin(installation, user)
    ordered = sorted(CATALOGUE.values(), key=lambda model: model.for_tests)
    return [_seen(installation, model) for model in ordered]


def get(installation: Installation, user: User, key: str) -> Download:
    """One model of the catalogue. Raises ``NotAllowed`` and ``NotFound``."""
    require_admin(installation, user)
    return _seen(installation, entry(key))


def start(installation: Installation, user: User, key: str) -> None:
    """Fetch a model in the background, going on with what has come; then register it as a language model.

    Does nothing while it is being fetched. Raises ``NotAllowed``, ``NotFound``, and ``DiskFull`` when there
    is no room for it.
    """
    require_admin(installation, user)
    model = entry(key)
    lock = _taken(installation.settings, model)
    if lock is None:
        return
    try:
        _prepare(installation.settings, model)
        thread = threading.Thread(
            target=_work, args=(installation, user, model, lock), name=f"download {key}", daemon=True
        )
        thread.start()
    except BaseException:
        lock.lock.release()
        raise


def fetch(
    installation: Installation, user: User, key: str, tell: Callable[[Download], None] | None = None
) -> None:
    """Fetch a model and register it, in the foreground; ``tell`` is called as it comes.

    Raises as ``start``, ``Conflict`` while another process is at it, ``Cancelled``, and ``ModelUnavailable``
    when no source has it.
    """
    require_admin(installation, user)
    model = entry(key)
    fetch_file(installation.settings, model, tell)
    register(installation, user, model)


def fetch_file(
    settings: Settings, model: CatalogueModel, tell: Callable[[Download], None] | None = None
) -> None:
    """Fetch the file of a model alone, in the foreground; raises as ``fetch``."""
    lock = _taken(settings, model)
    if lock is None:
        msg = f"{model.key} is being downloaded already: wait for it, or cancel that first."
        raise Conflict(msg)
    with lock:
        _prepare(settings, model)
        _fetch(settings, model, tell)


def cancel(installation: Installation, user: User, key: str) -> None:
    """Stop fetching a model, in whichever process; what has come stays, and ``start`` goes on with it."""
    require_admin(installation, user)
    settings, model = installation.settings, entry(key)
    if _is_taken(settings, model):
        (_folder(settings, model) / _CANCEL).touch()


def discard(installation: Installation, user: User, key: str) -> None:
    """Delete the file of a model, or what has come of it, and take it out of the registry.

    Raises ``NotAllowed``, ``NotFound``, and ``Conflict`` while it is being fetched.
    """
    require_admin(installation, user)
    settings, model = installation.settings, entry(key)
    lock = _taken(settings, model)
    if lock is None:
        msg = f"{model.key} is being downloaded: cancel that first."
        raise Conflict(msg)
    with lock:
        for model_id in _registered(installation, model):
            models.delete(installation, user, model_id)
        target = _target(settings, model)
        if installation.local_llm.status().file == target.resolve():
            installation.local_llm.stop()
        for path in (target, weights.partial_of(target), target.parent / STATE):
            path.unlink(missing_ok=True)


def _folder(settings: Settings, model: CatalogueModel) -> Path:
    return settings.models / model.key


def _target(settings: Settings, model: CatalogueModel) -> Path:
    return settings.models / model.path


def _lock(settings: Settings, model: CatalogueModel) -> FileLock:
    # Taken by the thread that starts a download and given back by the one that carries it out.
    return FileLock(weights.lock_of(_target(settings, model)), thread_local=False)


def _taken(settings: Settings, model: CatalogueModel) -> AcquireReturnProxy[FileLock] | None:
    """The lock of a model, held until the block of this ends; ``None`` while another holds it."""
    _folder(settings, model).mkdir(parents=True, exist_ok=True)
    lock = _lock(settings, model)
    try:
        # Not at once: whoever looks whether it is free holds it for an instant.
        return lock.acquire(timeout=0.3, poll_interval=0.02)
    except Timeout:
        return None


def _is_taken(settings: Settings, model: CatalogueModel) -> bool:
    if not _folder(settings, model).is_dir():
        return False
    lock = _lock(settings, model)
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def _seen(installation: Installation, model: CatalogueModel) -> Download:
    settings, registered = installation.settings, bool(_registered(installation, model))
    target = _target(settings, model)
    told = _told(target.parent)
    if target.is_file() and target.stat().st_size == model.file.size:
        return Download(model, "ready", model.file.size, error=told.get("error"), registered=registered)
    partial = weights.partial_of(target)
    held = partial.stat().st_size if partial.exists() else 0
    if _is_taken(settings, model):
        checking = told.get("stage") == "check"
        return Download(
            model, "checking" if checking else "running", told.get("done", held), told.get("speed")
        )
    if held:
        return Download(model, "paused", held, error=told.get("error"))
    return Download(model, "absent", error=told.get("error"))


def _told(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _tell(folder: Path, **told: object) -> None:
    partial = folder / f"{STATE}.partial"
    partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    partial.replace(folder / STATE)


def _prepare(settings: Settings, model: CatalogueModel) -> None:
    """Forget the last time. Raises ``DiskFull``."""
    target = _target(settings, model)
    if not target.is_file():
        weights.check_space(model.file, target)
    for name in (_CANCEL, STATE):
        (target.parent / name).unlink(missing_ok=True)
    for left in target.parent.glob(f"{WHEEL_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a process that was killed


def _work(
    installation: Installation, user: User, model: CatalogueModel, lock: AcquireReturnProxy[FileLock]
) -> None:
    try:
        with lock:
            _fetch(installation.settings, model, None)
            register(installation, user, model)
    except Cancelled:
        logger.info("the download of %s was cancelled", model.key)
    except EvidentiaError as error:
        # The page says so, from the state file.
        _tell(_folder(installation.settings, model), error=error.message)
        logger.exception("%s could not be downloaded", model.key)


def _fetch(settings: Settings, model: CatalogueModel, tell: Callable[[Download], None] | None) -> None:
    target = _target(settings, model)
    folder = target.parent
    reporter = _Reporter(model, folder, tell)
    try:
        if not (target.is_file() and target.stat().st_size == model.file.size):
            weights.obtain(
                model.file, target, Progress(reporter), say=logger.info, offline_dir=settings.weights_dir
            )
    except OSError as error:
        msg = f"{model.file.name} could not be written: check the rights and the space of {folder}."
        raise ModelUnavailable(msg) from error
    finally:
        for name in (_CANCEL, STATE):
            (folder / name).unlink(missing_ok=True)


class _Reporter:
    """Writes down how far a download is, and ends it when someone has cancelled it."""

    def __init__(self, model: CatalogueModel, folder: Path, tell: Callable[[Download], None] | None) -> None:
        self._model, self._folder, self._tell = model, folder, tell
        self._written = 0.0
        self._seen: deque[tuple[float, int]] = deque()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if (self._folder / _CANCEL).exists():
            raise Cancelled("The download was cancelled; what has come is kept.")
        now = time.monotonic()
        if now - self._written < _WRITE_EVERY_S and done < total:
            return
        self._written = now
        speed = self._speed(now, done) if stage == "download" else None
        _tell(self._folder, stage=stage, done=done, speed=speed)
        if self._tell is not None:
            self._tell(Download(self._model, "checking" if stage == "check" else "running", done, speed))

    def _speed(self, now: float, done: int) -> float | None:
        seen = self._seen
        if seen and done < seen[-1][1]:
            seen.clear()  # another source began anew
        seen.append((now, done))
        while now - seen[0][0] > _SPEED_OVER_S:
            seen.popleft()
        (then, before), passed = seen[0], now - seen[0][0]
        return (done - before) / passed if then < now and done > before else None


def register(installation: Installation, user: User, model: CatalogueModel) -> None:
    """Make a downloaded model one that answers; the default where only Extractive answers so far."""
    if _registered(installation, model):
        return
    draft = Draft(
        ModelKind.LLM, model.key, LlamaCpp.key, parameters={MODEL: model.path, CONTEXT: model.context}
    )
    added = models.add(installation, user, draft, origin=ORIGIN)
    default = models.find(installation, ModelKind.LLM, None)
    if default.id == models.EXTRACTIVE and not model.for_tests:
        models.set_default(installation, user, added.id)


def _registered(installation: Installation, model: CatalogueModel) -> list[str]:
    """The ids of the language models that are made of this file."""
    with installation.database.read() as session:
        rows = session.scalars(select(ModelRow).where(ModelRow.provider == LlamaCpp.key))
        return [row.id for row in rows if row.parameters.get(MODEL) == model.path]
