"""Embedding through a registered model: in batches, with progress, patient with a busy provider."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from domain.errors import ModelBusy, ModelUnavailable
from domain.models import ModelConfig
from pipelines import providers
from pipelines.providers.base import Vectors

BATCH = 32
PATIENCE_S = 120.0
"""How long one batch of passages waits for a busy provider; then the whole job is tried again later."""
QUESTION_PATIENCE_S = 3.0
"""The same for a question, behind which a person waits."""
FIRST_PAUSE_S = 1.0
_STEP_S = 0.1

Report = Callable[[int, int], None]


def embed(
    model: ModelConfig, texts: Sequence[str], report: Report | None = None, *, is_query: bool
) -> Vectors:
    """Unit vectors of ``texts``, in their order.

    ``report`` is called with (done, total) after each batch and while waiting; what it raises ends the work.
    Raises ``ModelUnavailable``, also for vectors that cannot belong together.
    """
    provider, parts, total = providers.of(model), list[Vectors](), len(texts)
    size = max(int(model.number("batch", BATCH)), 1)
    for start in range(0, total, size):
        tell = None if report is None else partial(report, start, total)
        batch = texts[start : start + size]
        parts.append(
            patiently(
                partial(provider.embed, model, batch, is_query=is_query),
                QUESTION_PATIENCE_S if is_query else PATIENCE_S,
                tell,
            )
        )
        if len(parts[-1]) != len(batch) or parts[-1].shape[1:] != parts[0].shape[1:]:
            raise ModelUnavailable(f"“{model.name}” gave vectors that do not belong together: test it again.")
        if report is not None:
            report(start + len(batch), total)
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)


def patiently(
    call: Callable[[], Vectors], patience: float, while_waiting: Callable[[], None] | None = None
) -> Vectors:
    """What ``call`` gives, waiting as long as a busy provider asks but no longer than ``patience`` in all."""
    until, pause = time.monotonic() + patience, FIRST_PAUSE_S
    while True:
        try:
            return call()
        except ModelBusy as error:
            asked = pause if error.retry_after is None else max(error.retry_after, _STEP_S)
            resume = time.monotonic() + asked
            if resume > until:
                raise
        while time.monotonic() < resume:
            if while_waiting is not None:
                while_waiting()
            time.sleep(_STEP_S)
        pause *= 2
