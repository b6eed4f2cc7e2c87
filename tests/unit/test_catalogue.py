"""What can be downloaded by one click is described truthfully and completely."""

import re

import pytest

from components.texts_catalogue import Catalogue
from domain.errors import NotFound
from pipelines.catalogue import CATALOGUE, entry
from pipelines.sources import Packages

MODELS = list(CATALOGUE.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_a_model_has_a_licence_a_checksum_and_a_sentence_on_what_it_is_good_for(model):
    assert model.licence
    assert re.fullmatch(r"[0-9a-f]{64}", model.file.sha256)
    assert model.memory > model.file.size
    assert Catalogue.ABOUT[model.key]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_parts_add_up_to_the_file(model):
    for source in model.file.sources:
        if isinstance(source, Packages):
            assert (len(source.parts) - 1) * source.part_size < model.file.size
            assert model.file.size <= len(source.parts) * source.part_size
            assert len({part.requirement for part in source.parts}) == len(source.parts)


def test_a_model_is_found_by_its_name_in_any_case():
    assert entry(" qwen2.5-coder-1.5b-instruct ").key == "Qwen2.5-Coder-1.5B-Instruct"
    with pytest.raises(NotFound, match=r"no model “gpt”.*SmolLM2"):
        entry("gpt")
