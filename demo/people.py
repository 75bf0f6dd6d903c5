"""The two people of the story as Playwright sees them: the customer on the shop, the agent in the dashboard.

Everything is found by its role and its name, as a person with a screen reader finds it.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

OTHER_NAME = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}


@dataclass(frozen=True)
class Demo:
    """What `make up` wrote for us: where the product runs and who may log in."""

    url: str
    email: str
    password: str

    @classmethod
    def read(cls) -> "Demo":
        """From `demo.json` in ECHO_DATA_DIR. Raises SystemExit with a hint when it is not there."""
        path = Path(os.environ.get("ECHO_DATA_DIR", ".echo")) / "demo.json"
        if not path.exists():
            raise SystemExit(f"{path} is not there: run `make up` first, with the same ECHO_DATA_DIR")
        wrote = json.loads(path.read_text(encoding="utf-8"))
        return cls(wrote["url"].rstrip("/"), wrote["email"], wrote["password"])

    @property
    def shop(self) -> str:
        """The demo page under this machine's other name: another origin, as a tenant's site is."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        return parts._replace(
            netloc=f"{OTHER_NAME.get(host, host)}:{parts.port or 80}", path="/demo"
        ).geturl()


class Customer:
    def __init__(self, context: BrowserContext, demo: Demo) -> None:
        self.page: Page = context.new_page()
        self.page.goto(demo.shop)

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title='Chat']")

    @property
    def composer(self) -> Locator:
        return self.chat.get_by_placeholder("Write a message")

    @property
    def first_source(self) -> Locator:
        return self.chat.get_by_role("button", name=re.compile("^Source 1")).first

    def source(self, title: str) -> Locator:
        """The first mark or line that names this document as the source of a reply."""
        return self.chat.get_by_role("button", name=re.compile(rf"^Source \d+: {re.escape(title)}")).first

    def open_chat(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Chat")).click()
        expect(self.composer).to_be_visible()

    def write(self, words: str) -> None:
        self.composer.fill(words)
        self.chat.get_by_role("button", name="Send", exact=True).click()
        self.sees(words)

    def sees(self, words: str | re.Pattern[str]) -> None:
        expect(self.chat.locator("body")).to_contain_text(words)

    def open_first_source(self) -> None:
        self.first_source.click()
        expect(self.chat.get_by_role("button", name="Back to the conversation")).to_be_visible()

    def close_source(self) -> None:
        self.chat.get_by_role("button", name="Back to the conversation").click()
        expect(self.composer).to_be_visible()


class Agent:
    def __init__(self, context: BrowserContext, demo: Demo) -> None:
        self.page: Page = context.new_page()
        self.url = demo.url
        self.page.goto(f"{demo.url}/login")
        self.page.get_by_label("E-mail").fill(demo.email)
        self.page.get_by_label("Password", exact=True).fill(demo.password)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("link", name=re.compile("^Inbox")).first).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("main").get_by_role("textbox", name=re.compile("^(Reply|Write)")).last

    def watch_all_open(self) -> None:
        self.page.goto(f"{self.url}/inbox/open")

    def open_conversation(self, words: str | re.Pattern[str]) -> None:
        """The newest, once its row has these words."""
        newest = self.page.get_by_role("navigation", name="Conversations").get_by_role("link").first
        expect(newest).to_contain_text(words)
        newest.click()
        expect(self.button("Take over")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=name, exact=True).first

    def press(self, name: str, *, then: str) -> None:
        """Press the button `name`, and wait for the button `then` that takes its place."""
        self.button(name).click()
        expect(self.button(then)).to_be_visible()

    def write(self, words: str) -> None:
        self.composer.fill(words)
        self.button("Send").click()
        self.sees(words)

    def sees(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)
