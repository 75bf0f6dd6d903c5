"""Play the whole story in a real browser against a running `make up`, and leave screenshots.

    ECHO_DATA_DIR=.echo .venv/bin/python demo/play.py [--headed] [--story-only] [--screenshots FOLDER]

A customer on the demo shop (another origin than the app) asks, gets a cited reply and opens a citation; an
agent sees it live, takes over and answers; both reload; the agent hands back and resolves. Then every page is
photographed at 1440 and 390 pixels, light and dark. A step that does not happen within 20 seconds ends the
play with Playwright's own error, and with a picture of both screens in build/.
"""

import argparse
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from make_pdfs import CHROMIUM_ARGUMENTS, chromium
from people import Agent, Customer, Demo
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

TOP = Path(__file__).parents[1]
WIDE, PHONE = (1440, 900), (390, 844)
PATIENCE = 20_000  # ms

QUESTION = "My kettle hums loudly, what can I do?"
ANSWER = "descale the kettle first"
FOLLOW_UP = "And if it still hums after that?"
AGENTS_REPLY = "Hello, Mira here. Descale it once more; if it still hums, send it to us free of charge."
THANKS = "Good, I will do that on the weekend."
GOODBYE = "Good. Write again if it does not help."
SECOND_QUESTION = "How long are gift cards valid?"
SECOND_ANSWER = "5 years"


class Album:
    """The folder of screenshots: `name-width-theme.png`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, theme: str = "light") -> None:
        page.evaluate("document.fonts.ready")
        width = page.viewport_size["width"] if page.viewport_size else WIDE[0]
        path = self.folder / f"{name}-{width}-{theme}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        print(f"    {path.name}  {path.stat().st_size // 1024} kB", flush=True)


def play_story(customer: Customer, agent: Agent, album: Album) -> None:
    with step("the customer asks, and the reply comes with citations"):
        agent.watch_all_open()
        album.take(customer.page, "story-1-shop")
        customer.open_chat()
        customer.write(QUESTION)
        customer.sees(ANSWER)
        expect(customer.first_source).to_be_visible()
        album.take(customer.page, "story-2-cited-reply")
    with step("the customer opens a citation"):
        customer.open_first_source()
        album.take(customer.page, "story-3-citation")
        customer.close_source()
    with step("the agent sees it live, without a reload"):
        agent.open_conversation("Echo: ")
        agent.sees(QUESTION)
        agent.sees(ANSWER)
        album.take(agent.page, "story-4-agent-sees-it")
    with step("the agent takes over and answers"):
        agent.press("Take over", then="Hand back")
        customer.sees("joined")
        customer.write(FOLLOW_UP)
        agent.sees(FOLLOW_UP)
        agent.write(AGENTS_REPLY)
        customer.sees(AGENTS_REPLY)
        album.take(agent.page, "story-5-taken-over")
        album.take(customer.page, "story-6-human-reply")
        customer.write(THANKS)
        agent.sees(THANKS)
        # What nobody answered would be the assistant's after handing back.
        agent.write(GOODBYE)
    with step("a reload keeps everything, on both sides"):
        customer.page.reload()
        customer.open_chat()
        agent.page.reload()
        for words in (QUESTION, ANSWER, FOLLOW_UP, AGENTS_REPLY, THANKS):
            customer.sees(words)
            agent.sees(words)
        album.take(customer.page, "story-7-after-reload")
    with step("the agent hands back, and the assistant answers again"):
        agent.press("Hand back", then="Take over")
        customer.write(SECOND_QUESTION)
        customer.sees(SECOND_ANSWER)
        # Its sources stand below a reply that is whole: resolving before would withdraw it.
        expect(customer.source("Gift cards")).to_be_visible()
        agent.sees(SECOND_ANSWER)
        album.take(agent.page, "story-8-handed-back")
    with step("the agent resolves"):
        agent.press("Resolve", then="Reopen")
        customer.sees("This conversation is resolved")
        album.take(agent.page, "story-9-resolved")
        album.take(customer.page, "story-10-resolved")


def photograph_dashboard(page: Page, demo: Demo, theme: str, album: Album) -> None:
    photograph(page, f"{demo.url}/inbox/queue", "inbox", theme, album)
    page.get_by_role("main").get_by_role("link").filter(has_text="Jonas Lind").first.click()
    page.wait_for_url(re.compile("/inbox/queue/conv_"))
    photograph(page, page.url, "conversation", theme, album)
    photograph(page, f"{demo.url}/knowledge", "knowledge", theme, album)
    page.get_by_role("main").get_by_role("link", name=re.compile("Returns and refunds")).first.click()
    page.wait_for_url(re.compile("/knowledge/doc_"))
    photograph(page, page.url, "document", theme, album)
    photograph(page, f"{demo.url}/knowledge/sources", "knowledge-sources", theme, album)
    photograph(page, f"{demo.url}/knowledge/search?q=broken+kettle", "knowledge-search", theme, album)
    photograph(page, f"{demo.url}/knowledge/findings", "knowledge-findings", theme, album)
    photograph(page, f"{demo.url}/knowledge/embedder", "knowledge-embedder", theme, album)
    photograph(page, f"{demo.url}/settings", "settings", theme, album)


def photograph_outside(context: BrowserContext, demo: Demo, theme: str, album: Album) -> None:
    """What people see who are not signed in."""
    for name in ("login", "signup"):
        photograph(context.new_page(), f"{demo.url}/{name}", name, theme, album)
    customer = Customer(context, demo)
    album.take(customer.page, "demo", theme)
    customer.open_chat()
    customer.write(QUESTION)
    expect(customer.first_source).to_be_visible()
    album.take(customer.page, "widget", theme)


def photograph_welcome(context: BrowserContext, demo: Demo, theme: str, album: Album) -> None:
    """What a new company sees first; signs one up."""
    page = context.new_page()
    page.goto(f"{demo.url}/signup")
    page.get_by_label("Company").fill("Harbour Teas")
    page.get_by_label("Your name").fill("Ines Moreau")
    page.get_by_label("E-mail").fill(f"ines-{time.time_ns()}@harbourteas.example")
    page.get_by_label("Password", exact=True).fill(secrets.token_urlsafe(12))
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(re.compile("/welcome"))
    expect(page.get_by_label("API key")).to_be_visible()
    page.get_by_label("API key").evaluate("element => element.textContent = 'echo_' + '•'.repeat(40)")
    album.take(page, "welcome", theme)


def photograph(page: Page, url: str, name: str, theme: str, album: Album) -> None:
    page.goto(url)
    expect(page.get_by_role("heading").first).to_be_visible()
    # Skeletons stand for what is still loading.
    expect(page.locator("[aria-busy='true']")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    album.take(page, name, theme)


def new_context(
    browser: Browser, size: tuple[int, int], theme: str = "light", signed_in: StorageState | None = None
) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        storage_state=signed_in,
    )
    context.set_default_timeout(PATIENCE)
    return context


@contextmanager
def step(words: str) -> Iterator[None]:
    print(f"- {words}", flush=True)
    began = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


@contextmanager
def pictures_of_failure(*people: Customer | Agent) -> Iterator[None]:
    try:
        yield
    except Exception:
        album = Album(TOP / "build")
        for person in people:
            album.take(person.page, f"failed-{type(person).__name__.lower()}")
        raise


def main() -> None:
    parser = argparse.ArgumentParser(description="Play the demo's story against a running `make up`.")
    parser.add_argument("--headed", action="store_true", help="show the browser")
    parser.add_argument("--story-only", action="store_true", help="leave out the pictures of every page")
    parser.add_argument("--screenshots", type=Path, default=TOP / "docs" / "screenshots")
    chosen = parser.parse_args()
    demo, album = Demo.read(), Album(chosen.screenshots)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=CHROMIUM_ARGUMENTS, headless=not chosen.headed
        )
        agents_browser = new_context(browser, WIDE)
        customer, agent = Customer(new_context(browser, WIDE), demo), Agent(agents_browser, demo)
        with pictures_of_failure(customer, agent):
            play_story(customer, agent, album)
        if not chosen.story_only:
            looks = [(size, theme) for theme in ("light", "dark") for size in (WIDE, PHONE)]
            with step("every page, at both widths, light and dark"):
                for size, theme in looks:
                    known = new_context(browser, size, theme, agents_browser.storage_state())
                    photograph_dashboard(known.new_page(), demo, theme, album)
                # Last, because these leave conversations behind.
                for size, theme in looks:
                    photograph_outside(new_context(browser, size, theme), demo, theme, album)
                photograph_welcome(new_context(browser, WIDE), demo, "light", album)
        browser.close()
    print("The whole story played.")


if __name__ == "__main__":
    main()
