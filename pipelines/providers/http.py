"""One HTTP client for all model servers, and JSON over it with errors in words.

It follows no redirects: the key would go wherever an address leads.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from domain.models import ModelConfig
from pipelines.providers import words

CONNECT_S = 5.0
TIMEOUT_S = 60.0
MAX_BODY = 64 * 1024 * 1024

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address of every request


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    """The process's client: no cookies, no proxy on the way to this machine itself."""
    return httpx.Client(
        follow_redirects=False,
        timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=40, keepalive_expiry=30.0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
    )


def timeout(model: ModelConfig, seconds: float | None = None) -> httpx.Timeout:
    """The longest silence between two pieces of an answer; as the model's form has it for ``None``."""
    seconds = model.number("timeout", TIMEOUT_S) if seconds is None else seconds
    return httpx.Timeout(seconds, connect=min(seconds, CONNECT_S))


def authorization(model: ModelConfig) -> dict[str, str]:
    """The header with the key, if there is one."""
    return {"Authorization": f"Bearer {model.secret}"} if model.secret else {}


def call(
    model: ModelConfig,
    method: str,
    url: str,
    body: dict[str, Any] | None = None,
    *,
    seconds: float | None = None,
) -> Any:
    """The JSON that a server answers, with the model's own patience or this many ``seconds``.

    Raises ``ModelUnavailable`` and its kinds.
    """
    with streamed(model, method, url, body, seconds=seconds) as response:
        return read_json(model, response)


@contextmanager
def streamed(
    model: ModelConfig,
    method: str,
    url: str,
    body: dict[str, Any] | None = None,
    *,
    seconds: float | None = None,
) -> Iterator[httpx.Response]:
    """A response of success whose content is still to be read. Raises ``ModelUnavailable`` and its kinds."""
    with errors_in_words(model):
        request = client().build_request(
            method, url, json=body, headers=authorization(model), timeout=timeout(model, seconds)
        )
        response = client().send(request, stream=True)
    try:
        if not response.is_success:
            text = read(model, response).decode(errors="replace")
            raise words.refused(model, response.status_code, text, response.headers)
        yield response
    finally:
        response.close()


def read(model: ModelConfig, response: httpx.Response) -> bytes:
    """All of a response, if it is not endless."""
    content = bytearray()
    with errors_in_words(model):
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > MAX_BODY:
                raise words.garbled(model)
    return bytes(content)


def lines(model: ModelConfig, response: httpx.Response) -> Iterator[bytes]:
    """A response line by line as it comes, without empty ones."""
    rest, chunks = b"", response.iter_bytes()
    while True:
        with errors_in_words(model):
            chunk = next(chunks, None)
        if chunk is None:
            break
        *complete, rest = (rest + chunk).split(b"\n")
        yield from (line for line in complete if line.strip())
        if len(rest) > MAX_BODY:
            raise words.garbled(model)
    if rest.strip():
        yield rest


def read_json(model: ModelConfig, response: httpx.Response) -> Any:
    """A response's JSON. A page of a web server is no API."""
    content = read(model, response)
    try:
        return json.loads(content)
    except ValueError as error:
        is_page = content.lstrip()[:1] == b"<"
        raise (words.no_api(model) if is_page else words.garbled(model)) from error


@contextmanager
def errors_in_words(model: ModelConfig) -> Iterator[None]:
    """Raise what HTTP raises as errors of the tree."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise words.unreachable(model, error) from error
