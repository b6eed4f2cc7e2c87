"""Pulling: Ollama downloads a model to the machine that it runs on, and is followed from here.

It happens in a thread of this process and is forgotten with it; Ollama itself goes on from what has come.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from domain.errors import Cancelled, EvidentiaError, InvalidInput
from domain.users import User
from pipelines import providers
from pipelines.providers.ollama import Ollama
from services import model_trials, models
from services.installation import Installation

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pull:
    """How far a model has come: bytes of the present file, ``error`` if it ended without the model."""

    running: bool = True
    done: int = 0
    total: int = 0
    error: str = ""
    cancelled: bool = False

    @property
    def fraction(self) -> float:
        """How much of the present file has come, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0


_pulls: WeakKeyDictionary[Installation, dict[str, Pull]] = WeakKeyDictionary()
_lock = threading.Lock()


def possible(provider: str) -> bool:
    """Whether models of this provider can be pulled."""
    return isinstance(providers.PROVIDERS.get(provider), Ollama)


def start(installation: Installation, acting: User, model_id: str) -> None:
    """Have Ollama download a model in the background, then test it; nothing happens if it does already.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, and ``InvalidInput`` for other providers.
    """
    model = models.get(installation, acting, model_id)
    if not possible(model.provider):
        msg = f"“{model.name}” is not a model of Ollama: there is nothing to pull."
        raise InvalidInput(msg)
    with _lock:
        mine = _pulls.setdefault(installation, {})
        if model_id in mine and mine[model_id].running:
            return
        mine[model_id] = Pull()
    arguments = (installation, acting, model_id)
    threading.Thread(target=_pull, args=arguments, name="pull", daemon=True).start()


def get(installation: Installation, acting: User, model_id: str) -> Pull | None:
    """How far the last pull of a model is; ``None`` if there was none since the app started.

    Raises ``NotAllowed`` for anyone but an admin, and ``NotFound``.
    """
    models.get(installation, acting, model_id)
    return _pulls.get(installation, {}).get(model_id)


def cancel(installation: Installation, acting: User, model_id: str) -> None:
    """End a pull; what has come stays with Ollama. Raises ``NotAllowed`` and ``NotFound``."""
    models.get(installation, acting, model_id)
    _change(installation, model_id, cancelled=True)


def _pull(installation: Installation, acting: User, model_id: str) -> None:
    def progress(_status: str, done: int, total: int) -> None:
        if _change(installation, model_id, done=done, total=total).cancelled:
            raise Cancelled("The download was cancelled.")

    error = "The download ended without a reason. Look into the log, or start it again."
    try:
        config = models.config(installation, model_id)
        provider = providers.of(config)
        if isinstance(provider, Ollama):
            provider.pull(config, progress)
        model_trials.test(installation, acting, model_id)
        error = ""
    except Cancelled:
        error = ""
    except EvidentiaError as refused:
        error = refused.message
        _log.warning("pulling a model failed: %s", error)
    finally:
        _change(installation, model_id, running=False, error=error)


def _change(installation: Installation, model_id: str, **changes: int | str | bool) -> Pull:
    with _lock:
        mine = _pulls.setdefault(installation, {})
        mine[model_id] = replace(mine.get(model_id, Pull(running=False)), **changes)  # type: ignore[arg-type]
        return mine[model_id]
