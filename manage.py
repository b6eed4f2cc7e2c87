"""Evidentia on the command line: the same services as the web app, without its pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from domain.errors import EvidentiaError
from domain.users import Role

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
users_app = typer.Typer(no_args_is_help=True, help="People who may sign in.")
models_app = typer.Typer(no_args_is_help=True, help="Language models that run on this machine.")
eval_app = typer.Typer(no_args_is_help=True, help="Measure retrieval on a folder of questions.")
app.add_typer(users_app, name="users")
app.add_typer(models_app, name="models")
app.add_typer(eval_app, name="eval")

DataDir = Annotated[
    Path | None, typer.Option(help="The data folder; default: KH_APP_DATA_DIR, else ./ktem_app_data.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
As = Annotated[str | None, typer.Option("--user", help="Act as this user; default: the first admin.")]
CollectionName = Annotated[str, typer.Option("--collection", help="The collection's name.")]
Files = Annotated[list[str] | None, typer.Option("--file", help="Search only this file; may be repeated.")]

console = Console()


@contextmanager
def one_line_errors() -> Iterator[None]:
    """An error becomes one line on stderr and status 1."""
    try:
        yield
    except EvidentiaError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


@contextmanager
def installation(data_dir: Path | None, process: str = "cli") -> Iterator[Any]:
    """The opened installation, closed at the end; errors as in ``one_line_errors``."""
    with one_line_errors():
        from services import setup
        from services.settings import settings_for

        opened = setup.open_installation(settings_for(data_dir), process)
        try:
            yield opened
        finally:
            opened.close()


def show(as_json: bool, result: dict[str, Any], *tables: Table) -> None:
    """Print the result for a program or for a person."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for table in tables:
            console.print(table)


def table_of(title: str, columns: list[str], rows: list[list[Any]]) -> Table:
    """A table for people; numbers with three digits, "n/a" for what was not computed."""
    table = Table(title=title, title_justify="left")
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True, overflow="ellipsis", min_width=len(column), max_width=32)
    # The last column takes what is left of a line, so that a row stays one line where it can.
    rest = max(24, console.width - sum(max(len(c), 8) + 3 for c in columns[:-1]) - 24)
    table.add_column(columns[-1], no_wrap=True, overflow="ellipsis", max_width=rest)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table


def cell(value: Any) -> str:
    """A value as shown in a table."""
    if value is None:
        return "n/a"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@app.command()
def ingest(
    paths: list[Path],
    collection: CollectionName,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    user: As = None,
) -> None:
    """Add files or folders to a collection (made if missing) and wait until they are ready.

    Files that cannot be read are listed with the reason; the status is 1 when none could be.
    """
    from services import ingest_command, users

    with installation(data_dir) as opened:
        acting = users.operator(opened, user)
        quiet = as_json or not sys.stderr.isatty()
        result = ingest_command.run(opened, acting, paths, collection, None if quiet else _say_progress)
        columns = ["path", "status", "pages", "chunks", "error"]
        rows = [[d[c] if d[c] is not None else "" for c in columns] for d in result["documents"]]
        show(as_json, result, table_of(f"{_documents(len(rows))}, {result['seconds']:.1f} s", columns, rows))
        failed = sum(d["status"] != "ready" for d in result["documents"])
        if failed:
            print(f"{failed} of {_documents(len(rows))} could not be read; see “error”.", file=sys.stderr)
        if failed == len(rows):
            raise typer.Exit(1)


def _documents(number: int) -> str:
    return f"{number} document" if number == 1 else f"{number} documents"


def _say_progress(line: str) -> None:
    print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


@app.command()
def search(
    question: str,
    collection: CollectionName,
    file: Files = None,
    passages: Annotated[int, typer.Option("-k", help="How many passages.")] = 6,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    user: As = None,
) -> None:
    """Show the passages that a question finds, with their scores."""
    from services import questions, users

    with installation(data_dir) as opened:
        result = questions.search(opened, users.operator(opened, user), collection, question, file, passages)
        show(as_json, result, _evidence_table(result))


@app.command()
def ask(
    question: str,
    collection: CollectionName,
    file: Files = None,
    model: Annotated[str | None, typer.Option(help="The model that answers; default: Extractive.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    user: As = None,
) -> None:
    """Answer a question from a collection, with citations, evidence and confidence."""
    from services import questions, users

    with installation(data_dir) as opened:
        result = questions.ask(opened, users.operator(opened, user), collection, question, file, model)
        if not as_json:
            console.print(result["answer"], markup=False)
            console.print(f"\nConfidence {cell(result['confidence'])} · support {cell(result['support'])}\n")
        show(as_json, result, _evidence_table(result))


def _evidence_table(result: dict[str, Any]) -> Table:
    columns = ["rank", "document", "page", "similarity", "keyword", "fused", "rerank", "relevance", "text"]
    rows = [[e[c] for c in columns[:-1]] + [" ".join(e["text"].split())[:160]] for e in result["evidence"]]
    return table_of("Evidence", columns, rows)


@app.command()
def rebuild(collection: CollectionName, data_dir: DataDir = None, user: As = None) -> None:
    """Write a collection's search index anew from the database, for a lost or damaged vector store."""
    from domain.progress import Progress
    from services import collections, ingestion, users

    with installation(data_dir) as opened:
        acting = users.operator(opened, user)
        found = collections.by_name(opened, acting, collection)
        written = ingestion.rebuild(opened, acting, found.id, Progress())
        console.print(f"{written} passages written to the index of “{collection}”.", markup=False)


@eval_app.command("retrieval")
def eval_retrieval(
    folder: Path,
    limit: Annotated[int | None, typer.Option(help="Only the first so many questions.")] = None,
    embedding: Annotated[str | None, typer.Option(help="The embedding; default: the built-in one.")] = None,
    language: Annotated[str, typer.Option(help="Language of the texts (ISO 639-1).")] = "en",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure search on a folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    from services import evaluation, users

    with installation(data_dir) as opened:
        acting = users.operator(opened)
        result = evaluation.retrieval(
            opened, acting, folder, limit=limit, embedding=embedding, language=language
        )
        names = list(next(iter(result["metrics"].values())))
        rows = [[leg, *(values[name] for name in names)] for leg, values in result["metrics"].items()]
        title = (
            f"{result['set']}: {result['docs']} documents, {result['queries']} questions, "
            f"p50 {result['p50_ms']:.0f} ms, p95 {result['p95_ms']:.0f} ms"
        )
        show(as_json, result, table_of(title, ["", *names], rows))


@eval_app.command("pages")
def eval_pages(
    folder: Path,
    limit: Annotated[int | None, typer.Option(help="Only the first so many questions.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure page retrieval on a folder with docs/*.pdf and questions.jsonl."""
    from services import evaluation, users

    with installation(data_dir) as opened:
        result = evaluation.pages(opened, users.operator(opened), folder, limit=limit)
        show(as_json, result, table_of(folder.name, list(result), [list(result.values())]))


@users_app.command("add")
def users_add(
    name: str,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.MEMBER,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a user with a generated first password, which must be changed at the first sign-in."""
    from services import users

    with installation(data_dir) as opened:
        password = users.add(opened, users.operator(opened), name, role)
        show(as_json, {"name": name, "role": role.value, "password": password})
        if not as_json:
            console.print(f"{name} may sign in with the password {password}", markup=False, highlight=False)


@users_app.command("list")
def users_list(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the users."""
    from services import users

    with installation(data_dir) as opened:
        columns = ["name", "role", "active", "last_seen"]
        entries = users.listing(opened, users.operator(opened))
        found = [
            {
                "name": u.name,
                "role": u.role.value,
                "active": u.active,
                "last_seen": u.last_seen_at.isoformat(timespec="seconds") if u.last_seen_at else None,
            }
            for u in entries
        ]
        rows = [
            [u["name"], u["role"], "yes" if u["active"] else "no", u["last_seen"] or "never"] for u in found
        ]
        show(as_json, {"users": found}, table_of("Users", columns, rows))


@users_app.command("reset-password")
def users_reset_password(name: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Give a user a new generated password, which must be changed at the next sign-in."""
    from services import users

    with installation(data_dir) as opened:
        password = users.reset_password(opened, users.operator(opened), name)
        show(as_json, {"name": name, "password": password})
        if not as_json:
            console.print(f"{name} may sign in with the password {password}", markup=False, highlight=False)


@models_app.command("list")
def models_list(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the models that can be downloaded, and how far each is."""
    from services import downloads, users

    with installation(data_dir) as opened:
        listed = downloads.listing(opened, users.operator(opened))
        found = [
            {
                "name": d.model.key,
                "state": d.state,
                "size_mb": round(d.model.file.size / 1e6),
                "memory_mb": round(d.model.memory / 1e6),
                "licence": d.model.licence,
                "sha256": d.model.file.sha256,
            }
            for d in listed
        ]
        rows = [list(model.values()) for model in found]
        show(as_json, {"models": found}, table_of("Models to download", list(found[0]), rows))


@models_app.command("download")
def models_download(
    name: str,
    data_dir: DataDir = None,
    file_only: Annotated[bool, typer.Option(help="Fetch the file, but register no model.")] = False,
) -> None:
    """Download a model, going on where an earlier try broke off, check it, and register it."""
    from pipelines.catalogue import entry
    from services import downloads, users
    from services.settings import settings_for

    def tell(seen: downloads.Download) -> None:
        if sys.stderr.isatty():
            done, total = seen.done / 1e6, seen.model.file.size / 1e6
            _say_progress(f"{seen.model.key}: {seen.state}, {done:,.0f} of {total:,.0f} MB  ")

    with one_line_errors():
        model = entry(name)
        if file_only:
            downloads.fetch_file(settings_for(data_dir), model, tell)
            return
    with installation(data_dir) as opened:
        downloads.fetch(opened, users.operator(opened), name, tell)
        console.print(f"{model.key} is ready.", markup=False)


@app.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check versions, weights, database, engine, worker and disk; say what is wrong and how to mend it."""
    from services import doctor as examination
    from services.settings import settings_for

    with one_line_errors():
        checks = examination.examine(settings_for(data_dir))
    rows = [["ok" if c["ok"] else "WRONG", c["name"], c["found"], c["mend"]] for c in checks]
    table = table_of("Doctor", ["", "check", "found", "how to mend it"], rows)
    for column in table.columns:
        column.no_wrap, column.overflow = False, "fold"
    show(as_json, {"checks": checks}, table)
    if not all(c["ok"] for c in checks):
        raise typer.Exit(1)


@app.command("fetch-weights")
def fetch_weights(
    data_dir: DataDir = None,
    offline_dir: Annotated[
        Path | None, typer.Option(envvar="EVIDENTIA_WEIGHTS_DIR", help="A folder that has the files already.")
    ] = None,
) -> None:
    """Fetch the weights of the built-in embedding (23 MB), unless they are there."""
    from domain.config import DEFAULT_EMBEDDING
    from pipelines import weights
    from services.settings import settings_for

    with one_line_errors():
        models = settings_for(data_dir).models
        weights.fetch(DEFAULT_EMBEDDING, models, lambda line: print(line, file=sys.stderr), offline_dir)


@app.command()
def worker(
    data_dir: DataDir = None,
    supervised: Annotated[bool, typer.Option(hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Read and index queued documents until stopped; does nothing while another worker is at it."""
    from services import worker as work

    with installation(data_dir, "worker") as opened:
        status = work.main(opened, supervised=supervised)
    raise typer.Exit(status)


if __name__ == "__main__":
    app()
