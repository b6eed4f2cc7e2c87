"""Checking each claim of an answer against the passages that it cites, without a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.evidence import Answer, Claim, Evidence
from pipelines.features import content_terms, coverage, idf, names, numbers, terms


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_supported(claim: str, passages: Iterable[str], share: float = 0.75) -> bool:
    """Whether passages say what a claim says, judged by their words.

    A claim that stands word for word in a passage is supported. Any other must find all its numbers, all
    its names and at least ``share`` of its content words (weighted by idf) in one passage. An answer's own
    words can't be judged this way beyond that: a contradiction in the same words passes.

    Args:
        claim: one sentence, without citation marks.
        passages: the text of the cited passages, context line included.
        share: of the claim's content in [0, 1].

    """
    plain = _plain(claim).rstrip(".")
    if not plain:
        return False
    weights = {term: idf(term) for term in content_terms(claim)}
    for passage in passages:
        if plain in _plain(passage):
            return True
        words = frozenset(terms(passage))
        if numbers(claim) <= numbers(passage) and names(claim) <= words and coverage(weights, words) >= share:
            return True
    return False


@component
class SupportChecker:
    """Marks each claim of an answer as supported by its cited passages or not, and sums it up as support.

    Example::

        SupportChecker().run(answer=answer, evidence=[...])["answer"].support
    """

    def __init__(self, share: float = 0.75, weak_share: float = 0.4) -> None:
        """Ask that ``share`` of a claim's content words stand in a cited passage (see ``is_supported``).

        With ``weak_share`` of them, and all its numbers and names, it counts as weakly supported.
        """
        self.share = share
        self.weak_share = weak_share

    def to_dict(self) -> dict[str, Any]:
        """The configuration."""
        return default_to_dict(self, share=self.share, weak_share=self.weak_share)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SupportChecker:
        """Rebuild from ``to_dict``."""
        checker: SupportChecker = default_from_dict(cls, data)
        return checker

    @component.output_types(answer=Answer)
    def run(self, answer: Answer, evidence: Sequence[Evidence]) -> dict[str, Answer]:
        """Check the claims of ``answer``.

        Returns:
            ``answer``: the same with ``supported`` set on every claim, and ``support`` the share of claims
            that are; ``None`` when it makes no claim. A claim without a citation, or that cites what is
            not in ``evidence``, is not supported.

        """
        if not answer.claims:
            return {"answer": replace(answer, support=None)}
        passages = {item.chunk_id: f"{item.context}\n{item.text}" for item in evidence}
        chunks = {citation.number: citation.chunk_id for citation in answer.citations}
        claims = tuple(self._check(claim, chunks, passages) for claim in answer.claims)
        share = sum(bool(claim.supported) for claim in claims) / len(claims)
        return {"answer": replace(answer, claims=claims, support=share)}

    def _check(self, claim: Claim, chunks: dict[int, str], passages: dict[str, str]) -> Claim:
        cited = [passages[chunks[number]] for number in claim.citations if chunks.get(number) in passages]
        supported = is_supported(claim.text, cited, self.share)
        weak = not supported and is_supported(claim.text, cited, self.weak_share)
        return replace(claim, supported=supported, weak=weak)
