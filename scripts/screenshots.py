"""Take the pictures of the README and the guide from a fresh app with the project's own documents.

``make screenshots`` writes them to ``docs/images``; ``--dark`` and ``--width`` give the same pages otherwise.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from fpdf import FPDF
from playwright.sync_api import Page, sync_playwright

from pipelines.catalogue import CATALOGUE
from tests.conftest import MODELS
from tests.e2e.conftest import CHROMIUM, PASSWORD, App, choose_password, free_port, sign_in

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = {
    "Engine and layout.pdf": "docs/adr/0002-engine-process-and-layout.md",
    "Jobs.pdf": "docs/adr/0003-jobs.md",
    "Runs and events.pdf": "docs/adr/0004-runs-and-events.md",
}
MODEL = "Qwen2.5-Coder-1.5B-Instruct"
QUESTIONS = [
    "How long is the lease of a job, and how often is it renewed?",
    "What happens when a file takes the worker down each time?",
    "How often is the heartbeat of a run renewed?",
    "Who won the football match on Sunday?",
    "Why is there one Milvus collection per app collection and not a shared one?",
]


def main() -> None:
    """Start an app, fill it, and take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--dark", action="store_true")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        app = App(Path(folder) / "data", free_port(), Path(folder) / "terminal.log")
        app.manage("ingest", *map(str, made_documents(Path(folder))), "--collection", "Documents")
        app.start()
        try:
            photograph(app, arguments.out, arguments.width, dark=arguments.dark)
        finally:
            app.stop()


def made_documents(folder: Path) -> list[Path]:
    """The project's decisions as PDFs, as a team would upload its own."""
    paths = []
    for name, source in DOCUMENTS.items():
        pdf = FPDF(format="A4")
        pdf.add_page()
        pdf.set_title(name.removesuffix(".pdf"))
        for block in (ROOT / source).read_text(encoding="utf-8").split("\n\n"):
            heading = re.match(r"#+ (.*)", block)
            pdf.set_font("Helvetica", "B" if heading else "", 14 if heading else 11)
            pdf.multi_cell(0, 6, plain(heading.group(1) if heading else block))
            pdf.ln(3)
        path = folder / name
        pdf.output(str(path))
        paths.append(path)
    return paths


def plain(block: str) -> str:
    """A Markdown block as running text in the characters that the PDF's built-in font has."""
    text = re.sub(r"\n(?![-|])\s*", " ", block)
    for sign, instead in {"→": "to", "–": "-", "—": "-", "…": "...", "≤": "at most", "≈": "about"}.items():
        text = text.replace(sign, instead)
    return re.sub(r"[*`]", "", text).encode("latin-1", "ignore").decode("latin-1")


def photograph(app: App, out: Path, width: int, *, dark: bool) -> None:
    """Sign in, ask, and take the pages one by one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            base_url=app.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto("/")
        page.get_by_label("User name").wait_for()
        take(page, out, "sign-in")
        sign_in(page, "admin", "admin")
        take(page, out, "first-password")
        choose_password(page, "admin", PASSWORD)
        page.get_by_placeholder("Ask about your documents").wait_for()
        take(page, out, "chat-empty")
        addresses = [ask(page, question) for question in QUESTIONS]
        for name, address in {"abstention": addresses[3], "chat": addresses[0]}.items():
            page.goto(address)
            page.wait_for_timeout(5000)
            take(page, out, name)
        for name in ("files", "analytics", "resources", "settings"):
            page.goto(f"/{name}")
            page.wait_for_timeout(5000)
            take(page, out, name)
        open_document(page, addresses[0])
        take(page, out, "document")
        if (MODELS / CATALOGUE[MODEL].path).is_file():
            app.manage("models", "download", MODEL)
            ask(page, QUESTIONS[0])
            page.get_by_role("button", name="Evidence shown").wait_for(timeout=300_000)
            take(page, out, "chat-model")
        else:
            print(f"without chat-model.png: run “manage.py models download {MODEL} --file-only” first")
        browser.close()


def open_document(page: Page, address: str) -> None:
    """Open the document of an answer's first passage, as its reader would."""
    page.goto(address)
    page.get_by_role("button", name="Document", exact=True).first.click()
    page.get_by_role("button", name="All documents").wait_for()
    page.wait_for_timeout(4000)


def ask(page: Page, question: str) -> str:
    """Ask in a new conversation and wait for the answer; gives the conversation's address."""
    page.goto("/")
    box = page.get_by_placeholder("Ask about your documents")
    box.fill(question)
    box.press("Enter")
    page.get_by_text("searched ·").last.wait_for()
    page.wait_for_timeout(1500)
    return page.url


def take(page: Page, out: Path, name: str, *, whole: bool = False) -> None:
    """Save one picture when the page has come to rest."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(1200)
    page.screenshot(path=str(out / f"{name}.png"), full_page=whole)


if __name__ == "__main__":
    main()
