"""What a reasoning method is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haystack import Pipeline

from domain.config import IndexConfig


@dataclass(frozen=True, slots=True)
class Method:
    """A way from evidence to an answer, as a pipeline.

    ``build(index)`` makes the pipeline for evidence found in ``index``. Its components get, by the names of
    their inputs, ``question``, ``evidence``, ``model``, ``answering``, ``stream`` and ``threshold``; the last
    output named ``answer`` counts, and ``reply`` where there is one. ``title`` is how it is called (a name,
    not translated). People choose among those that ``needs_model`` says ask a language model.
    """

    key: str
    title: str
    needs_model: bool
    build: Callable[[IndexConfig], Pipeline]
