"""A language model answers once, from the passages, with citations."""

from __future__ import annotations

from haystack import Pipeline

from domain.config import IndexConfig
from pipelines.citations import CitationParser
from pipelines.confidence import ConfidenceScorer
from pipelines.generation import Generator
from pipelines.methods.base import Method
from pipelines.prompts import PromptComposer
from pipelines.support import SupportChecker


def build(index: IndexConfig) -> Pipeline:
    """Compose, generate, read the citations, check, score."""
    pipeline = Pipeline()
    pipeline.add_component("prompt", PromptComposer())
    pipeline.add_component("generator", Generator())
    pipeline.add_component("citations", CitationParser())
    pipeline.add_component("support", SupportChecker())
    pipeline.add_component("confidence", ConfidenceScorer(index.embedding))
    pipeline.connect("prompt.request", "generator.request")
    pipeline.connect("prompt.passages", "citations.passages")
    pipeline.connect("generator.reply", "citations.reply")
    pipeline.connect("citations.answer", "support.answer")
    pipeline.connect("support.answer", "confidence.answer")
    return pipeline


METHOD = Method("simple", "Simple", needs_model=True, build=build)
