"""Chat with a language model in a browser: streaming, stopping, reloading, citations, thumbs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.models import ModelKind
from services import models, users
from services.model_drafts import Draft
from services.settings import Settings
from services.setup import open_installation
from tests.e2e.conftest import App
from tests.scripted import CHAT, Scripted, says

HARBOUR = (
    "The harbour of Sund is nine metres deep at low tide. Ships of more than 120 metres need a pilot. "
    "The lighthouse of Sund was lit for the first time in 1862."
)
DEPTH = "How deep is the harbour of Sund?"
ANSWER = ("It is nine ", "metres deep ", "at low tide [1].")


@pytest.fixture(scope="module")
def server(app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    """A model server, registered as the default model, and a document to ask about."""
    document: Path = tmp_path_factory.mktemp("documents") / "sund.txt"
    document.write_text(HARBOUR)
    app.manage("ingest", str(document), "--collection", "Documents")
    with Scripted() as scripted:
        installation = open_installation(Settings(_env_file=None, KH_APP_DATA_DIR=app.data_dir), "test")
        admin = users.operator(installation)
        values = {"base_url": scripted.base_url, "model": "x"}
        draft = Draft(ModelKind.LLM, "Scripted", "openai", values, "sk-12345678")
        models.set_default(installation, admin, models.add(installation, admin, draft).id)
        installation.close()
        yield scripted


def ask(page: Page, question: str = DEPTH) -> None:
    box = page.get_by_placeholder("Ask about your documents")
    box.fill(question, timeout=60_000)
    box.press("Enter")


def reply(page: Page):
    return page.locator('[class*="st-key-reply_"]').last


def done(page: Page, text: str) -> None:
    expect(reply(page).locator(".answer")).to_contain_text(text)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_an_answer_streams_survives_a_reload_and_its_citations_lead_to_evidence(
    admin_page: Page, server: Scripted
) -> None:
    page = admin_page
    server.on(CHAT, says(*ANSWER, delay=1.0))
    page.goto("/")
    ask(page)
    expect(reply(page)).to_contain_text("It is nine")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.reload()
    expect(reply(page)).to_contain_text("It is nine")
    done(page, "at low tide")
    assert len(server.asked(CHAT)) == 1, "the answer went on while the page was away"
    page.evaluate("window.stillHere = true")
    page.get_by_role("button", name="Citation 1").click()
    opened = page.locator('[class*="st-key-evidence_card_open"]')
    expect(opened).to_contain_text("sund.txt")
    expect(opened.locator("mark")).to_contain_text("nine metres deep")
    assert page.evaluate("window.stillHere"), "a citation loads no page"
    page.reload()
    expect(reply(page).locator(".answer")).to_contain_text("at low tide")
    expect(page.locator(".st-key-evidence_panel")).to_contain_text("Answer supported")


def test_stop_keeps_what_was_written(admin_page: Page, server: Scripted) -> None:
    page = admin_page
    server.on(CHAT, says("It is nine ", "metres deep", ending="hang"))
    page.goto("/")
    ask(page)
    expect(reply(page)).to_contain_text("metres deep")
    page.get_by_role("button", name="Stop").click()
    expect(reply(page)).to_contain_text("You stopped this answer.")
    expect(reply(page).locator(".answer")).to_contain_text("It is nine metres deep")


def test_thumbs_again_rename_and_delete_with_undo(admin_page: Page, server: Scripted) -> None:
    page = admin_page
    server.on(CHAT, says(*ANSWER), says("Nine metres [1]."))
    page.goto("/")
    ask(page)
    done(page, "at low tide")
    reply(page).get_by_role("radio", name="Thumbs down").click()
    reply(page).get_by_role("button", name="What was wrong?").click()
    page.get_by_role("textbox", name="What was wrong?").fill("wrong tide")
    page.get_by_role("button", name="Save").click()
    page.reload()
    expect(reply(page).get_by_role("button", name="Your remark")).to_be_visible()
    reply(page).get_by_role("button", name="Again").click()
    done(page, "Nine metres")
    expect(page.locator('[class*="st-key-reply_"]')).to_have_count(1)

    page.locator('[class*="st-key-conversation_menu"] button').click()
    page.get_by_text("Rename conversation").click()
    page.get_by_label("Title").fill("The depth of <b>Sund</b>")
    page.get_by_role("button", name="Rename", exact=True).click()
    listed = page.get_by_role("button", name="The depth of <b>Sund</b>")
    expect(listed).to_be_visible()
    page.locator('[class*="st-key-conversation_menu"] button').click()
    page.get_by_text("Delete conversation").click()
    expect(listed).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(listed).to_be_visible()
    done(page, "Nine metres")


def test_the_model_can_be_changed_in_the_middle_of_a_conversation(admin_page: Page, server: Scripted) -> None:
    page = admin_page
    server.on(CHAT, says(*ANSWER))
    page.goto("/")
    ask(page)
    done(page, "at low tide")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Extractive").click()
    ask(page, "When was the lighthouse of Sund lit for the first time?")
    done(page, "1862")
    expect(reply(page)).to_contain_text("Extractive")


def test_markup_in_answers_is_shown_and_never_run(admin_page: Page, server: Scripted) -> None:
    page = admin_page
    page.on("dialog", lambda dialog: pytest.fail(f"ran: {dialog.message}"))
    hostile = (
        "<img src=x onerror=alert(1)><script>alert(2)</script> **nine** $x^2$ [a](javascript:alert(3)) [1]."
    )
    server.on(CHAT, says(hostile[:30], hostile[30:], delay=0.3))
    page.goto("/")
    ask(page, "How deep? <svg onload=alert(4)> $y$ :smile: ![i](http://127.0.0.1/i.png)")
    expect(reply(page).locator(".answer")).to_contain_text("<script>alert(2)</script>")
    assert reply(page).locator("img[src=x], script, .katex").count() == 0
    question = page.locator('[class*="st-key-question_"]').last
    expect(question).to_contain_text("<svg onload=alert(4)> $y$ :smile:")


def test_a_lost_connection_and_another_browser_find_the_answer_that_went_on(
    admin_page: Page, server: Scripted, browser: Browser, app: App
) -> None:
    page = admin_page
    server.on(CHAT, says(*ANSWER, delay=1.2))
    page.goto("/")
    ask(page)
    expect(reply(page)).to_contain_text("It is nine")
    page.context.set_offline(True)
    state, address = page.context.storage_state(), page.url
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    done(page, "at low tide")
    restarted = browser.new_context(base_url=app.url, storage_state=state)
    other = restarted.new_page()
    other.goto(address)
    done(other, "at low tide")
    expect(other.locator(".st-key-evidence_panel")).to_contain_text("sund.txt")
    restarted.close()
