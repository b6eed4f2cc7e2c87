"""Theme and language of the pages, in the browser that draws them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, sign_in, wait_for_cookie

SCHEME = "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).colorScheme"
KEPT = "Object.keys(localStorage).filter((key) => localStorage[key].match(/Dark|Light/)).length"


def expect_scheme(page: Page, wanted: str) -> None:
    page.wait_for_function(f"document.querySelector('[data-testid=\"stApp\"]') && {SCHEME} === '{wanted}'")


def test_a_theme_holds_on_every_page_after_a_reload_and_on_another_browser(browser, app, admin_page):
    admin_page.goto("/settings?section=interface")
    expect_scheme(admin_page, "light")
    admin_page.get_by_role("radio", name="Dark").click()
    expect_scheme(admin_page, "dark")
    # The page was loaded anew, and still shows where one was.
    expect(admin_page.get_by_role("radio", name="Dark")).to_be_checked()
    for path in ("/files", "/"):
        admin_page.goto(path)
        expect_scheme(admin_page, "dark")
    context = browser.new_context(base_url=app.url)
    other = context.new_page()
    other.goto("/analytics")
    sign_in(other, "admin", PASSWORD)
    expect_scheme(other, "dark")
    wait_for_cookie(other)
    expect(other.get_by_role("heading", name="Analytics")).to_be_visible()
    context.close()
    admin_page.goto("/settings?section=interface")
    admin_page.get_by_role("radio", name="System").click()
    expect_scheme(admin_page, "light")
    assert admin_page.evaluate(KEPT) == 0


def test_the_pages_speak_the_browser_s_language_or_the_chosen_one(browser, app, admin_state):
    context = browser.new_context(base_url=app.url, locale="fr-CA", storage_state=admin_state)
    page = context.new_page()
    page.goto("/settings?section=interface")
    expect(page.get_by_role("heading", name="Paramètres")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("combobox", name="Langue des pages").click()
    page.get_by_role("option", name="English").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.goto("/files")
    expect(page.get_by_role("heading", name="File Index")).to_be_visible()
    context.close()
