"""A model server whose every word and fault is scripted: OpenAI's API, and what Cohere, TEI and Ollama add.

Example::

    with Scripted() as server:
        server.says("Paris", " [1].")
        server.on(CHAT, fail(429, {"error": {"message": "slow down"}}, {"Retry-After": "7"}), says("Paris."))

The replies of a path are used in turn and the last one stays. ``server.requests`` has what was asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal, Self

CHAT = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"
MODELS = "/v1/models"
TOKENIZE = "/tokenize"
COHERE = "/v2/rerank"
TEI = "/rerank"
OLLAMA_TAGS = "/api/tags"
OLLAMA_SHOW = "/api/show"
OLLAMA_PULL = "/api/pull"

HTML = b"<!doctype html><html><body><h1>Welcome</h1></body></html>"


@dataclass(frozen=True)
class Reply:
    """What one request gets.

    A chat streams ``pieces`` with ``delay`` seconds before each, then ends as ``ending`` says: properly, with
    the connection dropped, an error event, silence, text without end, or a line that is no JSON. A ``body``
    is sent as it is with ``status``; ``wait`` are the seconds before the headers (infinite: for ever).
    """

    pieces: Sequence[str] = ("Hello", " there", ".")
    delay: float = 0.0
    wait: float = 0.0
    reasoning: Sequence[str] = ()
    logprobs: Sequence[float] | None = None
    usage: bool = True
    finish: str | None = "stop"
    ending: Literal["done", "drop", "error", "hang", "endless", "garbage"] = "done"
    status: int = 200
    body: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def says(*pieces: str, **how: Any) -> Reply:
    """An answer in these pieces."""
    return Reply(pieces, **how)


def sends(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON value, or bytes as they are (HTML's begin)."""
    if isinstance(value, bytes):
        kind = "text/html" if value.lstrip().startswith(b"<") else "application/json"
        return Reply(status=status, body=value, content_type=kind, headers=headers or {})
    return Reply(status=status, body=json.dumps(value).encode(), headers=headers or {})


def fail(
    status: int, message: str = "It failed.", headers: Mapping[str, str] | None = None, **error: Any
) -> Reply:
    """An error as OpenAI words it."""
    return sends({"error": {"message": message, "type": "error", **error}}, status, headers)


WRONG_KEY = fail(401, "Incorrect API key provided: sk-wrong.", code="invalid_api_key")
NO_MODEL = fail(404, "The model `nope` does not exist.", code="model_not_found")
BUSY = fail(429, "Rate limit reached.", {"Retry-After": "7"}, code="rate_limit_exceeded")
TOO_LONG = fail(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded")
TOO_LONG_LLAMA = fail(
    400,
    "the request exceeds the available context size, try increasing it",
    code=400,
)
BROKEN = fail(500, "The server had an error.")
NO_API = sends(HTML)
HANGS = Reply(wait=math.inf)


@dataclass(frozen=True)
class Received:
    """A request as it came; the names of its headers in small letters, ``target`` with all of the path."""

    path: str
    target: str
    headers: Mapping[str, str]
    body: Any


def vector_of(text: str, dimension: int) -> list[float]:
    """A vector in which texts with common words are close; not of unit length."""
    vector = [0.0] * dimension
    for word in re.findall(r"\w+", text.lower()):
        vector[int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest()) % dimension] += 2.0
    if not any(vector):
        vector[0] = 1.0
    return vector


def overlap(question: str, text: str) -> float:
    """The share of the question's words that the text has."""
    asked = set(re.findall(r"\w+", question.lower()))
    return len(asked & set(re.findall(r"\w+", text.lower()))) / max(len(asked), 1)


class Scripted:
    """The server, on a free port of loopback. ``url`` has no path; OpenAI's API is at ``base_url``."""

    def __init__(self, *, models: Sequence[str] = ("scripted",), dimension: int = 8) -> None:
        self.models = list(models)
        self.dimension = dimension
        self.refused_options: set[str] = set()
        self.requests: list[Received] = []
        self.hung_up = threading.Event()
        """Set when a client closes its connection before it has all."""
        self.closing = threading.Event()
        self._replies: dict[str, list[Reply | Callable[[Received], Reply]]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.scripted = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.base_url = f"{self.url}/v1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def on(self, path: str, *replies: Reply | Callable[[Received], Reply]) -> None:
        """Answer requests of ``path`` so; a function is called with the request."""
        with self._lock:
            self._replies[path] = list(replies)

    def says(self, *pieces: str, **how: Any) -> None:
        """Answer every chat in these pieces."""
        self.on(CHAT, says(*pieces, **how))

    def asked(self, path: str = CHAT) -> list[Any]:
        """The bodies of the requests of ``path`` so far."""
        return [request.body for request in self.requests if request.path == path]

    def next_reply(self, request: Received) -> Reply | None:
        """The reply whose turn it is; ``None`` where nothing is scripted."""
        with self._lock:
            self.requests.append(request)
            replies = self._replies.get(request.path)
            if not replies:
                return None
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply(request) if callable(reply) else reply

    def close(self) -> None:
        """Stop, and drop the connections that are still open."""
        self.closing.set()
        self._server.shutdown()
        self._server.drop_all()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    scripted: Scripted

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def drop_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = 0
    disable_nagle_algorithm = True
    made: ClassVar[dict[str, str]] = {
        MODELS: "_models",
        EMBEDDINGS: "_embeddings",
        TOKENIZE: "_tokenize",
        COHERE: "_cohere",
        TEI: "_tei",
        OLLAMA_TAGS: "_tags",
        OLLAMA_SHOW: "_show",
        OLLAMA_PULL: "_pull",
    }

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(json.loads(raw) if raw else None)

    def _answer(self, body: Any) -> None:
        path = re.sub(r"^/openai/deployments/[^/]+", "/v1", self.path.split("?")[0])
        request = Received(
            path, self.path, {name.lower(): value for name, value in self.headers.items()}, body
        )
        try:
            self._dispatch(request, self.server.scripted.next_reply(request))
        except (BrokenPipeError, ConnectionResetError):
            self.server.scripted.hung_up.set()
            self.close_connection = True

    def _dispatch(self, request: Received, reply: Reply | None) -> None:
        if reply is not None and reply.wait:
            self._sleep(reply.wait)
        refused = self.server.scripted.refused_options & set(request.body or {})
        if refused:
            name = sorted(refused)[0]
            hint = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
            message = f"Unsupported parameter: '{name}' is not supported with this model.{hint}"
            reply = fail(400, message, param=name, code="unsupported_parameter")
        if reply is not None and reply.body is not None:
            self._send(reply)
        elif request.path == CHAT:
            self._chat(request.body, reply or Reply())
        elif request.path in self.made:
            getattr(self, self.made[request.path])(request.body)
        else:
            self._send(sends({"error": "Not Found"}, 404))

    def _send(self, reply: Reply) -> None:
        assert reply.body is not None
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _sleep(self, seconds: float) -> None:
        """Wait; notices when the client goes or the server closes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.server.scripted.closing.is_set():
            self.connection.settimeout(min(left, 0.02))
            with contextlib.suppress(TimeoutError, BlockingIOError):
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise BrokenPipeError
                self.server.scripted.closing.wait(min(left, 0.02))
        self.connection.settimeout(None)
        if self.server.scripted.closing.is_set():
            raise BrokenPipeError

    # ----- chat

    def _chat(self, body: Mapping[str, Any], reply: Reply) -> None:
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(reply.pieces)}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish}
            self._send(sends({"object": "chat.completion", "choices": [choice], "usage": _usage(reply)}))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        wants = bool(body.get("logprobs"))
        self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]})
        for piece in reply.reasoning:
            self._pause(reply.delay)
            self._event({"choices": [{"index": 0, "delta": {"reasoning_content": piece}}]})
        for number, piece in enumerate(reply.pieces):
            self._pause(reply.delay)
            chosen: dict[str, Any] = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
            if wants and reply.logprobs is not None:
                value = reply.logprobs[number % len(reply.logprobs)]
                chosen["logprobs"] = {"content": [{"token": piece, "logprob": value}]}
            self._event({"choices": [chosen]})
        self._end(reply, usage=reply.usage and bool((body.get("stream_options") or {}).get("include_usage")))

    def _end(self, reply: Reply, *, usage: bool) -> None:
        if reply.ending == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if reply.ending == "hang":
            self._sleep(math.inf)
        while reply.ending == "endless":
            self._event({"choices": [{"index": 0, "delta": {"content": "and so on "}}]})
            self._pause(0.0002)
        if reply.ending == "error":
            self._event({"error": {"message": "The server broke down.", "code": 500}})
        elif reply.ending == "garbage":
            self._chunk(b"data: {not json\n\n")
        else:
            if reply.finish is not None:
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]})
            if usage:
                self._event({"choices": [], "usage": _usage(reply)})
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _pause(self, seconds: float) -> None:
        if seconds:
            time.sleep(seconds)
        if self.server.scripted.closing.is_set():
            raise BrokenPipeError

    def _event(self, value: Any) -> None:
        self._chunk(b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    # ----- the rest

    def _models(self, body: Any) -> None:
        names = self.server.scripted.models
        self._send(sends({"object": "list", "data": [{"id": name, "object": "model"} for name in names]}))

    def _embeddings(self, body: Any) -> None:
        given = body["input"]
        texts = [given] if isinstance(given, str) else given
        dimension = self.server.scripted.dimension
        data = [{"index": i, "embedding": vector_of(text, dimension)} for i, text in enumerate(texts)]
        self._send(sends({"object": "list", "data": data[::-1]}))

    def _tokenize(self, body: Any) -> None:
        text = body.get("content", body.get("prompt"))
        self._send(sends({"tokens": list(range(len(text.split())))}))

    def _cohere(self, body: Any) -> None:
        scores = [overlap(body["query"], text) for text in body["documents"]]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        self._send(sends({"results": [{"index": i, "relevance_score": scores[i]} for i in order]}))

    def _tei(self, body: Any) -> None:
        scores = [overlap(body["query"], text) for text in body["texts"]]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        self._send(sends([{"index": i, "score": scores[i]} for i in order]))

    def _tags(self, body: Any) -> None:
        self._send(sends({"models": [{"name": name} for name in self.server.scripted.models]}))

    def _show(self, body: Any) -> None:
        if body["model"] not in self.server.scripted.models:
            self._send(sends({"error": f"model '{body['model']}' not found"}, 404))
            return
        self._send(sends({"model_info": {"llama.context_length": 4096}, "capabilities": ["completion"]}))

    def _pull(self, body: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in _pulling():
            self._pause(0.001)
            self._chunk(json.dumps(line).encode() + b"\n")
        self._chunk(b"")
        self.server.scripted.models.append(body["model"])


def _pulling() -> Iterator[dict[str, Any]]:
    yield {"status": "pulling manifest"}
    for done in range(0, 101, 10):
        yield {"status": "pulling abc", "digest": "sha256:abc", "total": 100, "completed": done}
    yield {"status": "success"}


def _usage(reply: Reply) -> dict[str, int] | None:
    if not reply.usage:
        return None
    return {
        "prompt_tokens": 11,
        "completion_tokens": len(reply.pieces),
        "total_tokens": 11 + len(reply.pieces),
    }


def slowly(reply: Reply, delay: float) -> Reply:
    """The same with ``delay`` seconds before each piece."""
    return replace(reply, delay=delay)
