"""Print the performance budgets as ratios, all measured in one run: ``make bench``.

Nothing is fetched: texts are made of the project's own documentation, vectors of the index are random (a flat
index costs the same whatever they are), questions are embedded for real.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pymilvus import MilvusClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from domain.config import DEFAULT_EMBEDDING, SearchConfig
from domain.documents import Chunk, DocumentStatus
from domain.progress import Progress
from pipelines.embedding import encoder
from pipelines.store.milvus import MilvusDocumentStore
from scripts import bench_chat
from scripts.budget import Row, verdict
from services import collections, ingest_command, ingestion, users
from services.collections import Collection
from services.installation import Installation
from services.search import search
from services.settings import Settings
from services.setup import open_installation
from services.tables import ChunkRow, DocumentRow, JobRow, new_id

ROOT = Path(__file__).resolve().parent.parent
WORDS_PER_CHUNK = 139
CHUNKS_PER_DOCUMENT = 50
QUESTIONS = 60
console = Console(width=120)


def main() -> None:
    """Measure everything and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000, help="chunks in the index")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            KH_APP_DATA_DIR=Path(folder) / "data",  # type: ignore[call-arg]
            EVIDENTIA_MODELS_DIR=Settings().models,  # type: ignore[call-arg]
        )
        installation = open_installation(settings, "bench")
        rows = [
            *question_to_evidence(installation, arguments.chunks),
            *ingestion_stages(installation, Path(folder)),
            memory(),
        ]
        installation.close()
        rows.append(start_to_sign_in(settings))
        rows += bench_chat.measure(Path(folder), settings.models)
    table = Table("what", "measured", "budget", "", title=f"{os.cpu_count()} cores", title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def question_to_evidence(installation: Installation, chunks: int) -> list[Row]:
    """The whole search against its bare parts, question by question in turns."""
    collection, questions = fill(installation, chunks)
    runtime = installation.runtime
    model = encoder(runtime.models_dir / DEFAULT_EMBEDDING)
    client = MilvusClient(runtime.milvus_uri)
    admin = users.operator(installation)
    limit = SearchConfig().candidates
    fields = ["document_id", "ordinal", "page", "context", "text"]
    known = {field["name"] for field in client.describe_collection(collection.index.name)["fields"]}
    fields = [field for field in fields if field in known]

    def bare(question: str) -> None:
        vector = model.encode([question])[0]
        for data, name, metric in ((vector, "vector", "COSINE"), (question, "sparse", "BM25")):
            client.search(
                collection.index.name,
                data=[data],
                anns_field=name,
                limit=limit,
                search_params={"metric_type": metric},
                output_fields=fields,
            )

    def whole(question: str) -> None:
        search(installation, admin, collection.id, question)

    for question in questions[:10]:
        bare(question)
        whole(question)
    parts, wholes, rerankers = [], [], []
    for question in questions:
        parts.append(timed(bare, question))
        started = time.perf_counter()
        found = search(installation, admin, collection.id, question)
        wholes.append((time.perf_counter() - started) * 1000)
        rerankers.append(found.timings_ms["relevance"])
    client.close()
    plain = statistics.median(w / p for w, p in zip(wholes, parts, strict=True))
    ratio = statistics.median(w / (p + r) for w, p, r in zip(wholes, parts, rerankers, strict=True))
    name = f"question → evidence at {chunks:,} chunks"
    return [
        (f"{name}: two bare searches, one embedding", f"{statistics.median(parts):.1f} ms", "", ""),
        (f"{name}: the reranker", f"{statistics.median(rerankers):.1f} ms", "", ""),
        (f"{name}: the app", f"{statistics.median(wholes):.1f} ms", "", ""),
        (f"{name}: app ÷ (searches, embedding)", f"{plain:.2f} ×", "≤ 1.5 ×", verdict(plain <= 1.5)),
        (f"{name}: app ÷ (the same, reranker)", f"{ratio:.2f} ×", "≤ 1.5 ×", verdict(ratio <= 1.5)),
    ]


def timed(action: Callable[[str], None], question: str) -> float:
    """Milliseconds that one call takes."""
    started = time.perf_counter()
    action(question)
    return (time.perf_counter() - started) * 1000


def fill(installation: Installation, chunks: int) -> tuple[Collection, list[str]]:
    """A collection of so many chunks, and questions made of its sentences."""
    admin = users.operator(installation)
    collection = collections.create(installation, admin, "bench")
    vocabulary = documentation_words()
    generator, numbers = random.Random(7), np.random.default_rng(7)  # noqa: S311
    documents = [new_id() for _ in range(max(1, chunks // CHUNKS_PER_DOCUMENT))]
    made = [
        Chunk(
            id=f"c{number}",
            document_id=documents[number % len(documents)],
            ordinal=number // len(documents),
            text=" ".join(generator.choices(vocabulary, k=WORDS_PER_CHUNK)),
            context=f"Report {number % len(documents)}",
            page=1 + number // len(documents),
        )
        for number in range(chunks)
    ]
    vectors = numbers.normal(size=(chunks, collection.index.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = MilvusDocumentStore(collection.index, installation.runtime)
    store.create()
    store.write(made, vectors, Progress())
    with installation.database.session() as session:
        session.execute(
            insert(DocumentRow),
            [
                {
                    "id": document,
                    "collection_id": collection.id,
                    "owner_id": admin.id,
                    "name": f"{document}.txt",
                    "sha256": document * 2,
                    "size": 1,
                    "status": DocumentStatus.READY,
                }
                for document in documents
            ],
        )
        session.execute(
            insert(ChunkRow), [ingestion.chunk_values(c, collection.index_version_id) for c in made]
        )
    questions = [
        "What is said about " + " ".join(generator.choices(vocabulary, k=7)) + "?" for _ in range(QUESTIONS)
    ]
    return collection, questions


def documentation_words() -> list[str]:
    """The words of the project's documentation in running order, so that common ones are common."""
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("docs/**/*.md")))
    return re.findall(r"[A-Za-z]{2,}", text + (ROOT / "README.md").read_text(encoding="utf-8"))


def ingestion_stages(installation: Installation, folder: Path) -> list[Row]:
    """A 20-page PDF through the queue, by stage."""
    from tests.pdfs import pdf

    words = documentation_words()
    pages = [
        ". ".join(" ".join(words[i : i + 14]) for i in range(p * 420, p * 420 + 420, 14)) for p in range(20)
    ]
    path = folder / "manual.pdf"
    path.write_bytes(pdf(pages))
    result = ingest_command.run(installation, users.operator(installation), [path], "ingested")
    with installation.database.read() as session:
        timings = session.query(JobRow).filter_by(document_id=result["documents"][0]["id"]).one().timings
    total, embedding = sum(timings.values()), timings["embedder"]
    others = {name: ms for name, ms in timings.items() if name != "embedder"}
    rest = sum(others.values()) / total
    chunks = result["documents"][0]["chunks"]
    return [
        (
            "ingestion, 20-page PDF: embedding",
            f"{embedding:.0f} ms ({chunks / embedding * 1000:.0f} chunks/s)",
            "",
            "",
        ),
        *((f"ingestion, 20-page PDF: {name}", f"{ms:.0f} ms", "", "") for name, ms in others.items()),
        ("ingestion: share of everything but embedding", f"{rest:.0%}", "< 25 %", verdict(rest < 0.25)),
    ]


def memory() -> Row:
    """The resident memory of this process and its children: services, models and engine."""
    import resource

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = sum(int(rss) for rss in resident_children())
    total = (own + children) / 1024
    return (
        "memory of services, embedding and engine, peak",
        f"{total:.0f} MB",
        "< 1,000 MB",
        verdict(total < 1000),
    )


def resident_children() -> list[str]:
    """Kilobytes of each child process."""
    command = ["ps", "-o", "rss=", "--ppid", str(os.getpid())]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()[:-1]


def start_to_sign_in(settings: Settings) -> Row:
    """Seconds from starting the app until its page is served and healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    app = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "Home.py",
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=ROOT,
        env=os.environ | settings.environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        while not healthy(port):
            time.sleep(0.05)
        seconds = time.perf_counter() - started
    finally:
        app.terminate()
        app.wait(30)
    return ("start until the app answers", f"{seconds:.1f} s", "< 10 s", verdict(seconds < 10))


def healthy(port: int) -> bool:
    """Whether the app answers its health check."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
