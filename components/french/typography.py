"""Ce que le français écrit autrement : pas de fin de ligne avant « : ; ? ! » ni dans les guillemets."""

from __future__ import annotations

import re
from typing import Any

from components.translation import register

_BEFORE = re.compile(r" (?=[;?!»]|:(?:\s|$))")


def spaced(text: Any) -> Any:
    """Le même texte, tableau ou liste de textes, avec des espaces insécables là où il en faut."""
    if isinstance(text, dict):
        return {key: spaced(value) for key, value in text.items()}
    if isinstance(text, tuple):
        return tuple(map(spaced, text))
    return _BEFORE.sub("\xa0", text).replace("« ", "«\xa0")


def texts(name: str, table: dict[str, Any]) -> None:
    """Enregistrer les textes français de la classe ``name``."""
    register("fr", name, spaced(table))
