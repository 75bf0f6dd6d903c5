"""Knowledge as a person uses it: real Chromium, files dropped, a website crawled, a snippet edited, all really read."""

import io
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from tests.e2e.running import Running, running_echo

CHROMIUM = os.environ.get("ECHO_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000  # ms

MANUAL = b"""# Kayak manual

## Storage

Keep the kayak upside down, out of the sun.

## Repair

A torn skeg box is replaced free of charge within seven years.
"""


class _Site(BaseHTTPRequestHandler):
    """Twelve pages of a help centre, each linked from the first."""

    def do_GET(self) -> None:
        links = "".join(f'<li><a href="/help/{number}">Topic {number}</a></li>' for number in range(12))
        number = self.path.rpartition("/")[2]
        known = self.path == "/" or self.path.startswith("/help/")
        text = (
            f"Paddle number {number or 'zero'} weighs {number or 0} grams, and is made of ash wood in Bergen."
        )
        title = f"Paddle {number}" if number else "Paddles"
        body = (
            f"<html lang='en'><head><title>{title}</title></head><body><main><article><h1>{title}</h1><p>{text}</p>"
            f"</article></main><ul>{links if self.path == '/' else ''}</ul></body></html>"
        ).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def echo() -> Iterator[Running]:
    with running_echo(ECHO_CRAWL_PRIVATE_HOSTS="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    expect.set_options(timeout=5_000)


@pytest.fixture
def page(browser: Browser, echo: Running) -> Iterator[Page]:
    """The dashboard, logged in."""
    url = f"http://localhost:{urlsplit(echo.url).port}"
    context = browser.new_context(base_url=url)
    login = context.request.post(
        "/auth/login",
        form={"email": echo.email, "password": echo.password},
        headers={"Accept": "application/json", "Origin": url},
    )
    assert login.ok
    yield context.new_page()
    context.close()


def test_an_upload_becomes_ready_is_found_and_opens_at_the_passage(page: Page) -> None:
    page.goto("/knowledge")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("kayak-manual.md", MANUAL)
        packed.writestr("picture.png", b"\x89PNG\r\n\x1a\n0000")
    page.get_by_label("Files to add").set_input_files(
        [
            FilePayload(name="kayaks.zip", mimeType="application/zip", buffer=archive.getvalue()),
            FilePayload(name="torn.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 torn"),
        ]
    )
    expect(page.get_by_role("region", name="Upload")).to_contain_text("picture.png")
    row = page.get_by_role("row", name=re.compile("kayak manual", re.I))
    expect(row).to_contain_text("Ready")
    expect(page.get_by_role("row", name=re.compile("^torn", re.I))).to_contain_text("Code: pdf_damaged")

    page.goto("/knowledge/search")
    page.get_by_label("Question").fill("Who pays when the skeg box is torn?")
    page.keyboard.press("Enter")
    hit = page.get_by_role("list", name="Passages, best first").get_by_role("listitem").first
    expect(hit).to_contain_text("free of charge within seven years")
    expect(hit.get_by_text("Meaning")).to_be_visible()
    hit.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/knowledge/doc_\w+\?passage=chk_\w+"))
    expect(page.locator("[data-wanted]")).to_contain_text("torn skeg box")
    expect(page.locator("[data-wanted]")).to_contain_text("This passage")
    expect(page.locator("[data-wanted]")).to_be_in_viewport()


def test_a_website_is_crawled_before_ones_eyes_and_turned_off(page: Page, site: str) -> None:
    page.goto("/knowledge/sources/new")
    page.get_by_label("First page").fill(site)
    page.get_by_label("Name").fill("Paddles")
    page.get_by_role("button", name="Add and crawl").click()
    expect(page).to_have_url(re.compile(r"/knowledge/sources/src_\w+"))
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Crawled .*13 new"))

    page.goto("/knowledge/search?q=ash+wood+paddle")
    hits = page.get_by_role("list", name="Passages, best first")
    expect(hits).to_contain_text("made of ash wood")
    page.goto("/knowledge/sources")
    page.get_by_role("switch", name="Use Paddles").click()
    expect(page.get_by_role("switch", name="Use Paddles")).to_have_attribute("aria-checked", "false")
    page.goto("/knowledge/search?q=ash+wood+paddle")
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    expect(page.get_by_text("made of ash wood")).to_have_count(0)


def test_a_snippet_is_written_and_edited_in_place(page: Page) -> None:
    page.goto("/knowledge/snippets")
    page.get_by_role("link", name="Write a snippet").first.click()
    page.get_by_label("Title").fill("Who teaches rolling?")
    page.get_by_label("Text").fill("Ingrid teaches rolling on Tuesdays.")
    page.get_by_role("button", name="Save").click()
    card = page.get_by_role("listitem").filter(has_text="Who teaches rolling?")
    expect(card).to_contain_text("Ready")

    card.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Text")).to_have_value("Ingrid teaches rolling on Tuesdays.")
    page.get_by_label("Text").fill("Ingrid teaches rolling on Fridays.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Cancel").click()
    assert "lost" in asked.value.message
    expect(page.get_by_label("Text")).to_have_value("Ingrid teaches rolling on Fridays.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Text")).to_have_count(0)
    expect(card).to_contain_text("Ready")
    card.get_by_role("link", name="Who teaches rolling?").first.click()
    expect(page.locator("#passages")).to_contain_text("Fridays")
