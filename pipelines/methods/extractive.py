"""Without a language model: the best supported sentences, quoted."""

from __future__ import annotations

from haystack import Pipeline

from domain.config import IndexConfig
from pipelines.confidence import ConfidenceScorer
from pipelines.extractive import ExtractiveAnswerer
from pipelines.methods.base import Method
from pipelines.support import SupportChecker


def build(index: IndexConfig) -> Pipeline:
    """Quote, check, score."""
    pipeline = Pipeline()
    pipeline.add_component("extractive", ExtractiveAnswerer())
    pipeline.add_component("support", SupportChecker())
    pipeline.add_component("confidence", ConfidenceScorer(index.embedding))
    pipeline.connect("extractive.answer", "support.answer")
    pipeline.connect("support.answer", "confidence.answer")
    return pipeline


METHOD = Method("extractive", "Extractive", needs_model=False, build=build)
