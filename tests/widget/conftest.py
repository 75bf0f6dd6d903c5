"""The built widget, a peer server, and a browser on a page of another origin."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from echo_app.build import build_widget
from tests.peers.widget_server import WidgetServer

CHROMIUM = os.environ.get("ECHO_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def built() -> None:
    build_widget()


@pytest.fixture(scope="module")
def browser(built: None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[WidgetServer]:
    server = WidgetServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not write an error to its console, except those a test makes on purpose."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    expected = ("WebSocket connection to", "Failed to load resource", "net::ERR", "on purpose")
    assert [text for text in wrong if not any(known in text for known in expected)] == []


class Chat:
    """What a person does and sees in the widget of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.locator("echo-widget button")

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator("echo-widget iframe")

    @property
    def field(self) -> Any:
        return self.inside.locator("textarea")

    @property
    def log(self) -> Any:
        return self.inside.get_by_role("log")

    def open(self) -> "Chat":
        self.launcher.click()
        expect(self.field).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def said(self) -> list[str]:
        """The person's own messages on screen."""
        texts: list[str] = self.inside.locator(".mine .bubble").all_inner_texts()
        return [text.split("\n")[-1].removeprefix("You:") for text in texts]

    def replies(self) -> Any:
        return self.inside.locator(".theirs:not([aria-live]) .bubble:not(:has(.dots))")


@pytest.fixture
def chat(page: Page, server: WidgetServer) -> Chat:
    page.goto(server.shop)
    return Chat(page)
