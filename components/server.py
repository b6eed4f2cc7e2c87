"""What runs around the pages: start and stop of the app, and what every request passes first."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from components.texts import Errors, Start
from domain.errors import EvidentiaError, NotAllowed
from services import processes, setup, users
from services.installation import Installation
from services.settings import is_loopback

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"frame-ancestors 'self'; base-uri 'self'; form-action 'self'"),
)
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded"})


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Start engine and worker before the first browser connects, and stop them with the server.

    Ends the process with one sentence when the app cannot start.
    """
    # Navigation is declared by Home only; without this the first request could run a page without it.
    PagesManager.uses_pages_directory = False
    try:
        installation = setup.current()
        _refuse_public_address(installation)
        running = processes.Processes(installation, warm=True)
    except EvidentiaError as error:
        _exit(error)
    try:
        _announce(installation)
        yield
    finally:
        running.close()
        installation.close()


class Guard:
    """ASGI middleware: only this machine may connect while the initial password works; safe headers."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app
        self._open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif self._refuses(scope):
            await _refuse(scope, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refuses(self, scope: Scope) -> bool:
        if not self._open:
            # Once changed the initial password never comes back, so it is asked for no more.
            self._open = not users.has_initial_password(setup.current())
        return not self._open and not _is_local(scope)


def _is_local(scope: Scope) -> bool:
    """Whether the request comes from this machine, to a name of this machine, through no proxy."""
    client = scope.get("client")
    host = ""
    for name, value in scope["headers"]:
        if name in _FORWARDED:
            return False
        if name == b"host":
            host = value.decode("latin-1")
    return client is not None and is_loopback(client[0]) and is_loopback(_without_port(host))


def _without_port(host: str) -> str:
    return host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    text = Errors.LOOPBACK_ONLY.format(port=st.get_option("server.port")).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _with_headers(send: Send) -> Send:
    async def sender(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message.get("headers", [])}
            missing = [header for header in _HEADERS if header[0] not in given]
            message["headers"] = [*message.get("headers", []), *missing]
        await send(message)

    return sender


def _refuse_public_address(installation: Installation) -> None:
    address = st.get_option("server.address") or ""
    if not is_loopback(address) and users.has_initial_password(installation):
        msg = Errors.PUBLIC_ADDRESS.format(address=address or "all addresses")
        raise NotAllowed(msg)


def _announce(installation: Installation) -> None:
    address = st.get_option("server.address") or "localhost"
    url = f"http://{_shown(address)}:{st.get_option('server.port')}/{st.get_option('server.baseUrlPath')}"
    lines = [Start.READY.format(url=url.rstrip("/"))]
    if users.has_initial_password(installation):
        lines.append(Start.FIRST_SIGN_IN)
    sys.stdout.write("\n" + "\n".join(f"  {line}" for line in lines) + "\n\n")
    sys.stdout.flush()


def _shown(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.is_unspecified:
        return "localhost"
    return f"[{ip}]" if ip.version == 6 else str(ip)


def _exit(error: EvidentiaError) -> NoReturn:
    _log.error("the app cannot start", exc_info=error)
    sys.stderr.write(f"{error.message}\n")
    sys.stderr.flush()
    # The server would catch SystemExit here and print its own trace over the sentence.
    os._exit(1)
