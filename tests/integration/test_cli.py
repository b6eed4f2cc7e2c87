"""The command line as a person or a script uses it: JSON out, one line of error, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from manage import app as commands
from pipelines.catalogue import CATALOGUE
from tests.conftest import MODELS
from tests.pdfs import encrypted, image_only, pdf

SMALL = CATALOGUE["SmolLM2-135M-Instruct"]
ROOT = Path(__file__).resolve().parents[2]
LIGHTHOUSE = (
    "The lighthouse of Sund was lit in 1862. Its lamp can be seen from a distance of 18 nautical miles."
)


def manage(data: Path, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "EVIDENTIA_MODELS_DIR": str(MODELS), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--data-dir", str(data)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


def in_process(data: Path, *arguments: str) -> Result:
    """The same without the seconds that a new interpreter takes to import everything."""
    environment = {"EVIDENTIA_MODELS_DIR": str(MODELS)}
    return CliRunner().invoke(commands, [*arguments, "--data-dir", str(data)], env=environment)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "light.pdf").write_bytes(pdf([LIGHTHOUSE, "A page about ropes and knots and tar."]))
    (sources / "notes.md").write_text("# Harbour\n\nThe harbour is 9 metres deep at low tide.\n")
    (sources / "scan.pdf").write_bytes(image_only())
    (sources / "locked.pdf").write_bytes(encrypted(pdf(["secret"]), "key"))
    (sources / "empty.txt").write_bytes(b"")
    (sources / "ignored.xyz").write_text("not a document")
    return folder / "data"


@pytest.fixture(scope="module")
def ingested(data):
    done = manage(data, "ingest", str(data.parent / "sources"), "--collection", "Sea", "--json")
    assert done.stderr == "3 of 5 documents could not be read; see “error”.\n"
    return json.loads(done.stdout)


def test_ingest_walks_a_folder_waits_and_says_what_became_of_each_file(ingested):
    documents = {Path(d["path"]).name: d for d in ingested["documents"]}
    assert set(documents) == {"light.pdf", "notes.md", "scan.pdf", "locked.pdf", "empty.txt"}
    assert all(set(d) == {"path", "id", "status", "pages", "chunks", "error"} for d in documents.values())
    assert (documents["light.pdf"]["status"], documents["light.pdf"]["pages"]) == ("ready", 2)
    assert documents["notes.md"]["chunks"] == 1
    assert "password" in documents["locked.pdf"]["error"]
    assert "empty" in documents["empty.txt"]["error"]
    assert documents["scan.pdf"]["status"] == "failed"
    assert ingested["seconds"] > 0


def test_ingesting_nothing_readable_is_an_error(ingested, data):
    done = in_process(data, "ingest", str(data.parent / "sources" / "empty.txt"), "--collection", "Sea")
    assert done.exit_code == 1
    assert done.stderr == "1 of 1 document could not be read; see “error”.\n"


def test_ingesting_again_gives_the_same_document(ingested, data):
    source = str(data.parent / "sources" / "notes.md")
    again = json.loads(manage(data, "ingest", source, "--collection", "Sea", "--json").stdout)
    before = next(d for d in ingested["documents"] if d["path"] == source)
    assert again["documents"] == [before]


def test_search_gives_evidence_with_scores_and_timings(ingested, data):
    found = json.loads(
        manage(data, "search", "How far is the lamp seen?", "--collection", "Sea", "-k", "2", "--json").stdout
    )
    first = found["evidence"][0]
    assert list(first) == [
        *("rank", "document", "page", "text"),
        *("similarity", "keyword", "fused", "rerank", "relevance"),
    ]
    assert (first["rank"], first["document"], first["page"]) == (1, "light.pdf", 1)
    assert len(found["evidence"]) == 2
    assert found["timings_ms"]["total"] > 0


def test_ask_answers_with_citations_and_files_can_be_chosen(ingested, data):
    question = "In which year was the lighthouse of Sund lit?"
    asked = json.loads(manage(data, "ask", question, "--collection", "Sea", "--json").stdout)
    assert list(asked) == [
        *("answer", "abstained", "confidence", "support", "citations", "evidence"),
        *("question_used", "model", "timings_ms", "run_id"),
    ]
    assert "1862" in asked["answer"]
    assert asked["citations"][0]["document"] == "light.pdf"
    assert "1862" in asked["citations"][0]["quote"]
    chosen = manage(data, "ask", question, "--collection", "Sea", "--file", "notes.md", "--json")
    assert {e["document"] for e in json.loads(chosen.stdout)["evidence"]} == {"notes.md"}
    assert json.loads(chosen.stdout)["abstained"]


def test_tables_are_for_people(ingested, data):
    shown = manage(data, "search", "lamp", "--collection", "Sea").stdout
    assert "similarity" in shown
    assert "light.pdf" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("search", "x", "--collection", "Nothing"), "no collection named"),
        (("search", "  ", "--collection", "Sea"), "no question"),
        (("ask", "x" * 20_000, "--collection", "Sea"), "20,000 characters"),
        (("ask", "x", "--collection", "Sea", "--file", "gone.pdf"), "no file named"),
        (("ask", "x", "--collection", "Sea", "--model", "gpt"), "no active model"),
        (("ingest", "/no/such/file.pdf", "--collection", "Sea"), "no file or folder"),
        (("eval", "retrieval", "."), "cannot be read"),
        (("users", "add", "x"), "3 to 32 characters"),
        (("search", "x", "--collection", "Sea", "--user", "nobody"), "no active user named"),
    ],
)
def test_an_error_is_one_line_on_stderr_with_status_1(ingested, data, arguments, says):
    done = in_process(data, *arguments)
    assert done.exit_code == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_users_are_added_listed_and_given_new_passwords(data):
    added = json.loads(in_process(data, "users", "add", "grace", "--role", "analyst", "--json").stdout)
    reset = json.loads(in_process(data, "users", "reset-password", "grace", "--json").stdout)
    assert len(added["password"]) >= 8
    assert added["password"] != reset["password"]
    listed = json.loads(in_process(data, "users", "list", "--json").stdout)["users"]
    assert {(u["name"], u["role"]) for u in listed} == {("admin", "admin"), ("grace", "analyst")}
    assert added["password"] not in in_process(data, "users", "list").stdout


def test_eval_retrieval_measures_all_legs_and_leaves_nothing(data, tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    texts = {"a": LIGHTHOUSE, "b": "Bread is baked at night.", "c": "Whales sing in winter."}
    corpus = [json.dumps({"id": i, "title": "", "text": t}) for i, t in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(corpus))
    queries = [{"id": "1", "text": "When was the lighthouse lit?"}, {"id": "2", "text": "no judgement"}]
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(q) for q in queries))
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\tscore\n1\ta\t1\n")
    result = json.loads(manage(data, "eval", "retrieval", str(folder), "--json").stdout)
    assert (result["set"], result["docs"], result["queries"]) == ("tiny", 3, 1)
    assert list(result["metrics"]) == ["dense", "keyword", "hybrid", "final"]
    assert result["metrics"]["final"] == {
        "ndcg@10": 1.0,
        "hit@1": 1.0,
        "hit@5": 1.0,
        "recall@10": 1.0,
        "mrr@10": 1.0,
    }
    assert result["p95_ms"] >= result["p50_ms"] > 0
    assert "evaluation" not in manage(data, "doctor", "--json").stdout


def test_eval_pages_finds_the_page(data, tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "light.pdf").write_bytes(pdf(["Nothing but ropes, knots and tar here.", LIGHTHOUSE]))
    questions = [
        {
            "id": "1",
            "question": "When was the lighthouse lit?",
            "answerable": True,
            "docs": ["light.pdf"],
            "pages": [{"doc": "light.pdf", "page": 2}],
        },
        {"id": "2", "question": "Who?", "answerable": False, "docs": ["light.pdf"], "pages": []},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(json.dumps(q) for q in questions))
    result = json.loads(manage(data, "eval", "pages", str(tmp_path), "--json").stdout)
    assert (result["questions"], result["pages"]) == (1, 2)
    assert (result["page_hit@1"], result["page_hit@5"]) == (1.0, 1.0)


def test_doctor_finds_a_healthy_installation(ingested, data):
    checks = json.loads(manage(data, "doctor", "--json").stdout)["checks"]
    assert all(check["ok"] for check in checks)
    assert all(set(check) == {"name", "ok", "found", "mend"} for check in checks)


def models_command(folder: Path, *arguments: str, **environment: str) -> Result:
    """A command about models, with a models folder of its own."""
    env = {"EVIDENTIA_MODELS_DIR": str(folder / "models"), **environment}
    return CliRunner().invoke(commands, ["models", *arguments, "--data-dir", str(folder / "data")], env=env)


@pytest.mark.skipif(not (MODELS / SMALL.path).is_file(), reason=f"needs the file of {SMALL.key}")
def test_a_model_is_downloaded_and_registered_and_listed(tmp_path):
    given = {"EVIDENTIA_WEIGHTS_DIR": str((MODELS / SMALL.path).parent)}
    done = models_command(tmp_path, "download", SMALL.key.lower(), **given)
    assert (done.exit_code, done.stdout.strip()) == (0, f"{SMALL.key} is ready."), done.output
    listed = json.loads(models_command(tmp_path, "list", "--json").stdout)["models"]
    assert {m["name"]: m["state"] for m in listed}[SMALL.key] == "ready"
    assert all(set(m) == {"name", "state", "size_mb", "memory_mb", "licence", "sha256"} for m in listed)


def test_a_file_alone_is_fetched_without_an_installation(tmp_path):
    done = models_command(tmp_path, "download", "no-such-model", "--file-only")
    assert done.exit_code == 1
    assert "There is no model “no-such-model” in the catalogue." in done.stderr
    assert not (tmp_path / "data").exists()
