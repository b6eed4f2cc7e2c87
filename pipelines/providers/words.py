"""What went wrong with a model, in one sentence for the person: who it was, what happened, what to do."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping

import httpx

from domain.errors import ContextTooLong, ModelBusy, ModelRefused, ModelUnavailable
from domain.models import ModelConfig, ModelKind

MAX_WAIT_S = 3600.0
"""What asks for more than an hour is not busy but used up; nobody is told to wait for longer."""

TOO_LONG = (
    "context_length_exceeded",
    "context length",
    "context size",
    "context window",
    "maximum input length",
    "too many tokens",
    "input is too long",
    "prompt is too long",
    "must have less than",
    "too large to process",
)
NO_CREDIT = ("insufficient_quota", "billing", "credit balance", "insufficient credits")
UNKNOWN_MODEL = ("model_not_found", "deploymentnotfound", "does not exist", "no such model", "unknown model")


def refused(model: ModelConfig, status: int, body: str, headers: Mapping[str, str]) -> ModelUnavailable:
    """The error for a response that is none of success."""
    name, text = f"“{model.name}”", body.lower()
    if status >= 400 and status != 429 and any(word in text for word in TOO_LONG):
        return too_long(model)
    if status in {402, 429} and any(word in text for word in NO_CREDIT):
        return ModelRefused(f"The account of {name} has used up its credit: top it up at its provider.")
    if status in {429, 503, 529}:
        return busy(model, retry_after(headers))
    if status == 401:
        if not model.secret:
            return ModelRefused(f"{name} asks for a key: enter one under Resources.")
        return ModelRefused(f"{name} refused the key: enter the right one under Resources.")
    if status == 403:
        return ModelRefused(f"{name} may not be used with its key: check the rights of the key.")
    if 300 <= status < 400:
        return ModelRefused(f"The address of {name} leads elsewhere: enter the final one under Resources.")
    if status in {400, 404, 405, 410} and _unknown_model(body):
        return unknown_model(model)
    if status in {404, 405}:
        return no_api(model)
    if status == 501:
        return ModelRefused(f"The server of {name} cannot do what is asked of it{_said(model, body)}")
    if status >= 500 or status in {408, 425}:
        return ModelUnavailable(f"The server of {name} failed (error {status}): try again in a moment.")
    return ModelRefused(f"{name} did not accept the request (error {status}){_said(model, body)}")


def busy(model: ModelConfig, wait: float | None) -> ModelBusy:
    """Too much to do, with the time to wait when it is known."""
    when = "in a moment" if wait is None else f"in {max(round(wait), 1)} seconds"
    return ModelBusy(f"“{model.name}” has too much to do: try again {when}.", wait)


def too_long(model: ModelConfig) -> ContextTooLong:
    """What was sent does not fit."""
    if model.kind is ModelKind.LLM:
        return ContextTooLong(
            f"The question with its passages is too long for “{model.name}”: "
            "take fewer passages, or a model with a larger context."
        )
    return ContextTooLong(
        f"A passage is too long for “{model.name}”: choose a model that takes longer texts."
    )


def no_api(model: ModelConfig) -> ModelRefused:
    """Something answers there, but not as a model's server would."""
    return ModelRefused(
        f"At the address of “{model.name}” there is no model server: check the URL under Resources."
    )


def unknown_model(model: ModelConfig) -> ModelRefused:
    """The server is right and the model's name is wrong."""
    wanted = model.text("model") or model.text("deployment") or model.name
    if model.provider == "ollama":
        return ModelRefused(f"Ollama does not have “{wanted}”: pull it under Resources.")
    return ModelRefused(f"The server of “{model.name}” has no model “{wanted}”: choose one that it offers.")


def garbled(model: ModelConfig) -> ModelUnavailable:
    """An answer that cannot be read."""
    return ModelUnavailable(f"“{model.name}” sent something that cannot be read: check its server.")


def unreachable(model: ModelConfig, error: Exception) -> ModelUnavailable:
    """The error for a request that got no response."""
    name = f"“{model.name}”"
    if isinstance(error, (httpx.ConnectTimeout, httpx.ConnectError)):
        return ModelUnavailable(f"{name} cannot be reached: check that its server runs and its URL is right.")
    if isinstance(error, httpx.TimeoutException):
        return ModelUnavailable(f"{name} did not answer in time: try again, or allow it more seconds.")
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)):
        return no_api(model)
    return ModelUnavailable(f"The connection to {name} broke off: try again.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait: from a number or a date, bounded; ``None`` if it does not."""
    given = headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(given).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), MAX_WAIT_S) if seconds == seconds else None


def _unknown_model(body: str) -> bool:
    """Whether it is an API that speaks, and of the model. A page of a web server is not JSON."""
    try:
        json.loads(body)
    except ValueError:
        return False
    text = body.lower()
    return any(word in text for word in UNKNOWN_MODEL) or ("model" in text and "not found" in text)


def _said(model: ModelConfig, body: str) -> str:
    """The provider's own words, if there are any."""
    try:
        said = json.loads(body)
        said = said[0] if isinstance(said, list) and said else said
        while isinstance(said, dict):
            said = next((said[key] for key in ("error", "message", "detail") if key in said), None)
    except ValueError:
        said = None
    if not isinstance(said, str) or not said.strip():
        return ": check its parameters under Resources."
    return f": “{shown(model, said)}”. Check its parameters under Resources."


def shown(model: ModelConfig, said: str) -> str:
    """What a server said as one short line without the model's key."""
    line = " ".join(said.split())
    return (line.replace(model.secret, "…") if model.secret else line)[:200]
