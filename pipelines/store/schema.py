"""The shape of a Milvus collection: fields, keyword analyzers, indexes, and the check of what exists."""

from __future__ import annotations

import re
from typing import Any

from pymilvus import CollectionSchema, DataType, Function, FunctionType, MilvusClient

from domain.config import IndexConfig
from domain.errors import InvalidInput, StoreUnavailable

TEXT_LIMIT = 65_535
ID_LIMIT = 128
# The engine and pymilvus put primary keys into expressions of their own without escaping them.
CHUNK_ID = re.compile(r"[A-Za-z0-9._:#@/+=-]{1,128}")
_TIMEOUT = 30.0

DENSE = "vector"
SPARSE = "sparse"
DENSE_INDEX = {"index_type": "FLAT", "metric_type": "COSINE"}
SPARSE_INDEX = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "BM25"}

# ISO 639-1 → the Snowball stemmers that the engine's analyzer has.
_STEMMERS = {
    "da": "danish",
    "de": "german",
    "el": "greek",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
LANGUAGES = ("en", "zh", *_STEMMERS)
"""The languages with an analyzer of their own; every other one is taken word by word as it stands."""


def analyzer(language: str) -> dict[str, Any]:
    """The analyzer parameters for an ISO 639-1 code; ``standard`` for a language without its own.

    Stemming comes before the folding of accents, which the stemmers rely on.
    """
    code = language.lower().split("-")[0]
    if code == "en":
        return {"type": "english"}
    if code == "zh":
        return {"type": "chinese"}
    if code in _STEMMERS:
        stemmer = {"type": "stemmer", "language": _STEMMERS[code]}
        return {"tokenizer": "standard", "filter": ["lowercase", stemmer, "asciifolding"]}
    return {"type": "standard"}


def check_config(index: IndexConfig) -> None:
    """Raise ``InvalidInput`` for a name or a dimension that Milvus would not take."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", index.name):
        raise InvalidInput("An index name has letters, digits and underscores only: choose another one.")
    if not 2 <= index.dimension <= 32_768:
        raise InvalidInput("An embedding has between 2 and 32,768 dimensions: choose another model.")


def create(client: MilvusClient, index: IndexConfig) -> None:
    """Make the collection of ``index`` with both its indexes."""
    schema = CollectionSchema([], auto_id=False, enable_dynamic_field=False, check_fields=False)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=ID_LIMIT)
    schema.add_field("document_id", DataType.VARCHAR, max_length=ID_LIMIT)
    schema.add_field("ordinal", DataType.INT64)
    schema.add_field("page", DataType.INT64)
    schema.add_field("context", DataType.VARCHAR, max_length=TEXT_LIMIT)
    schema.add_field(
        "text",
        DataType.VARCHAR,
        max_length=TEXT_LIMIT,
        enable_analyzer=True,
        analyzer_params=analyzer(index.language),
    )
    schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=index.dimension)
    schema.add_field(SPARSE, DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], [SPARSE]))
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index(DENSE, **DENSE_INDEX)
    indexes.add_index(SPARSE, **SPARSE_INDEX)
    client.create_collection(index.name, schema=schema, timeout=_TIMEOUT)
    # Not waiting saves a second of pymilvus' polling; an empty collection has nothing to index.
    client.create_index(index.name, indexes, timeout=_TIMEOUT, sync=False)


def check(client: MilvusClient, index: IndexConfig) -> None:
    """Read the collection back; raise ``StoreUnavailable`` if it is not what ``index`` says.

    A wrong metric would not fail: it would give scores that mean something else.
    """
    found = client.describe_collection(index.name, timeout=_TIMEOUT)
    fields = {field["name"]: field for field in found["fields"]}
    dimension = int(fields.get(DENSE, {}).get("params", {}).get("dim", 0))
    if dimension != index.dimension:
        raise StoreUnavailable(
            f"The search index holds vectors of {dimension} dimensions instead of {index.dimension}:"
            " index the collection's documents again."
        )
    for field, wanted in ((DENSE, DENSE_INDEX), (SPARSE, SPARSE_INDEX)):
        described = client.describe_index(index.name, field, timeout=_TIMEOUT) or {}
        if any(described.get(key) != value for key, value in wanted.items()):
            raise StoreUnavailable(
                f"The search index of '{field}' is not {wanted['index_type']} with {wanted['metric_type']}:"
                " index the collection's documents again."
            )
