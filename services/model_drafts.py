"""What an admin typed about a model, checked against what its provider takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from domain.errors import InvalidInput
from domain.models import ModelKind, Value
from pipelines import providers
from pipelines.providers.base import Parameter, Provider

MAX_NAME = 120
MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A model as a form has it.

    An empty ``secret`` keeps the key that is there already, unless ``remove_key`` says to forget it.
    """

    kind: ModelKind
    name: str
    provider: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    secret: str = field(default="", repr=False)
    remove_key: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a provider asks for about a model of one kind."""

    provider: str
    title: str
    needs_key: Literal["required", "optional", "no"]
    parameters: tuple[Parameter, ...]


def forms(kind: ModelKind) -> list[Form]:
    """The forms of all providers whose models of this kind can be added."""
    return [_form(found, kind) for found in providers.offering(kind) if found.removable]


def form(provider: str, kind: ModelKind) -> Form:
    """The form of one provider. Raises ``InvalidInput`` when the app does not know it (any more)."""
    return _form(providers.provider(provider), kind)


def _form(provider: Provider, kind: ModelKind) -> Form:
    return Form(provider.key, provider.title, provider.needs_key, provider.parameters(kind))


def title(provider: str) -> str:
    """How a provider is called; its key when the app does not know it (any more)."""
    found = providers.PROVIDERS.get(provider)
    return provider if found is None else found.title


def checked(draft: Draft, *, has_key: bool = False, complete: bool = True) -> Draft:
    """The draft with its values tidied and typed; ``has_key``: one is stored already.

    One that is not ``complete`` yet may lack its name and required parameters. Raises ``InvalidInput``
    with the sentence for the person.
    """
    provider = providers.provider(draft.provider)
    if draft.kind not in provider.kinds:
        msg = f"{provider.title} has no models of this kind. Choose another provider."
        raise InvalidInput(msg)
    if not provider.removable:
        msg = f"{provider.title} models are part of the program: there is nothing to add or to change."
        raise InvalidInput(msg)
    secret = _secret(draft.secret)
    if secret and provider.needs_key == "no":
        msg = f"{provider.title} takes no key. Leave the field empty."
        raise InvalidInput(msg)
    if provider.needs_key == "required" and not (secret or (has_key and not draft.remove_key)):
        msg = f"{provider.title} needs a key. Enter the one that you got from the provider."
        raise InvalidInput(msg)
    parameters = _parameters(draft, provider.title, provider.parameters(draft.kind), complete)
    return Draft(
        kind=ModelKind(draft.kind),
        name=_name(draft.name) if complete else (draft.name.strip() or provider.title),
        provider=provider.key,
        parameters=parameters,
        secret=secret,
        remove_key=draft.remove_key and not secret,
    )


def origin_of(url: str) -> str:
    """The server that an address is on, such as ``https://example.org:8000``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        msg = f"A model needs a name of 1 to {MAX_NAME} characters."
        raise InvalidInput(msg)
    return name


def _secret(text: str) -> str:
    secret = text.strip()
    # Keys travel in HTTP headers, which take nothing else.
    if len(secret) > MAX_TEXT or not all("!" <= sign <= "~" for sign in secret):
        msg = "A key has letters, digits and signs only, no spaces. Copy it from the provider once more."
        raise InvalidInput(msg)
    return secret


def _parameters(draft: Draft, title: str, fields: tuple[Parameter, ...], complete: bool) -> dict[str, Value]:
    unknown = set(draft.parameters) - {known.name for known in fields}
    if unknown:
        msg = f"{title} has no parameter named “{min(unknown)}”. Remove it."
        raise InvalidInput(msg)
    values = {}
    for known in fields:
        given = draft.parameters.get(known.name, known.default)
        # The space at the end of a prefix such as "query: " counts; that of a pasted address does not.
        if isinstance(given, str) and (known.required or known.kind != "text" or not given.strip()):
            given = given.strip()
        if given not in ("", None):
            values[known.name] = _value(known, given)
        elif known.required and complete:
            msg = f"“{label_of(known)}” is missing. Fill it in."
            raise InvalidInput(msg)
    return values


def _value(known: Parameter, given: Any) -> Value:
    if known.kind in ("integer", "number"):
        return _number(known, given)
    text = str(given)
    if len(text) > MAX_TEXT or not text.isprintable():
        msg = f"“{label_of(known)}” is too long or has characters that cannot be seen. Type it again."
        raise InvalidInput(msg)
    if known.kind == "url":
        _check_url(known, text)
    if known.kind == "choice" and text not in known.choices:
        msg = f"“{label_of(known)}” must be one of: {', '.join(known.choices)}."
        raise InvalidInput(msg)
    return text


def _number(known: Parameter, given: Any) -> int | float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = math.nan
    whole = known.kind == "integer"
    if isinstance(given, bool) or not math.isfinite(number) or (whole and not number.is_integer()):
        msg = f"“{label_of(known)}” must be a {'whole ' if whole else ''}number."
        raise InvalidInput(msg)
    low, high = known.minimum, known.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        least = [] if low is None else [f"at least {low:,}"]
        most = [] if high is None else [f"at most {high:,}"]
        bounds = " and ".join(least + most)
        msg = f"“{label_of(known)}” must be {bounds}."
        raise InvalidInput(msg)
    return int(number) if whole else number


def _check_url(known: Parameter, text: str) -> None:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or " " in text:
        msg = f"“{label_of(known)}” must be an address such as https://example.org/v1."
        raise InvalidInput(msg)
    if parts.username is not None or parts.password is not None:
        msg = f"“{label_of(known)}” must not hold a user name or a key. Enter the key in its own field."
        raise InvalidInput(msg)


def label_of(known: Parameter) -> str:
    """How a parameter is called in sentences, and in forms that have no better word for it."""
    words = known.name.replace("_", " ").replace("url", "URL").replace("api", "API")
    return words[:1].upper() + words[1:]
