"""The product as two people use it: real Chromium, the shop on another origin than Echo, everything really running."""

import os
import re
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from demo.people import Agent, Customer, Demo
from tests.e2e.running import Running, running_echo
from tests.peers.model_server import ModelServer
from tests.people import PASSWORD

CHROMIUM = os.environ.get("ECHO_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000  # ms

LARGEST_LOADER = 2_500  # bytes on the wire
LARGEST_CHAT = 14_600

QUESTION = "How long are gift cards valid?"
ANSWER = "5 years"
SLOW_WORDS = (
    "Gift cards are valid for five years. " + "They may be used in parts by anybody. " * 8 + "Enjoy. [1]"
)


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def echo(model: ModelServer) -> Iterator[Running]:
    with running_echo(ECHO_OPENAI_API_KEY="test", ECHO_OPENAI_BASE_URL=model.url) as running:
        yield running


@pytest.fixture(scope="module")
def demo(echo: Running) -> Demo:
    return Demo(f"http://localhost:{urlsplit(echo.url).port}", echo.email, echo.password)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    expect.set_options(timeout=5_000)


@pytest.fixture
def customers_browser(browser: Browser) -> Iterator[BrowserContext]:
    yield from _browser_of_somebody(browser)


@pytest.fixture
def agents_browser(browser: Browser) -> Iterator[BrowserContext]:
    yield from _browser_of_somebody(browser)


@pytest.fixture
def customer(customers_browser: BrowserContext, demo: Demo) -> Customer:
    return Customer(customers_browser, demo)


@pytest.fixture
def agent(agents_browser: BrowserContext, demo: Demo) -> Agent:
    return Agent(agents_browser, demo)


@pytest.fixture
def slow_model(agent: Agent, model: ModelServer) -> Iterator[None]:
    """The assistant answers by a model that takes its time, as chosen on the settings page."""
    model.say(SLOW_WORDS, per_token=0.4)
    choose_model(agent, "openai")
    yield
    choose_model(agent, "extractive")


class TestConversation:
    def test_question_cited_reply_takeover_reload_and_hand_back(
        self, customer: Customer, agent: Agent
    ) -> None:
        agent.watch_all_open()
        customer.open_chat()
        customer.write(QUESTION)
        customer.sees(ANSWER)
        customer.open_first_source()
        expect(customer.chat.locator(".passage mark")).to_contain_text(ANSWER)
        expect(customer.chat.locator(".passage")).not_to_contain_text("could not be loaded")
        customer.close_source()

        agent.open_conversation("Gift cards are valid")
        agent.sees(QUESTION)
        agent.press("Take over", then="Hand back")
        customer.sees("joined")
        customer.write("And can I use one in two orders?")
        agent.sees("And can I use one in two orders?")
        agent.write("Hello, Mira here. Yes, the rest stays on the card.")
        customer.sees("Hello, Mira here. Yes, the rest stays on the card.")

        customer.page.reload()
        customer.open_chat()
        agent.page.reload()
        for words in (QUESTION, ANSWER, "in two orders?", "Hello, Mira here."):
            customer.sees(words)
            agent.sees(words)

        agent.press("Hand back", then="Take over")
        customer.write("How often should I descale?")
        agent.sees("Descaling and care")
        expect(customer.chat.get_by_role("button", name="Source 1: Descaling and care").first).to_be_visible()
        agent.press("Resolve", then="Reopen")
        customer.sees("This conversation is resolved")

    @pytest.mark.usefixtures("slow_model")
    def test_taking_over_withdraws_the_reply_being_written_and_keeps_it_as_a_suggestion(
        self, customer: Customer, agent: Agent, model: ModelServer
    ) -> None:
        agent.watch_all_open()
        customer.open_chat()
        customer.write("How long is a gift card valid, and who can use it?")
        customer.sees("Gift cards are valid")
        agent.open_conversation("who can use it?")
        agent.press("Take over", then="Hand back")
        customer.sees("joined")
        expect(customer.chat.locator("body")).not_to_contain_text("Gift cards are valid")
        suggestion = agent.page.get_by_role("group", name="Draft by the assistant")
        expect(suggestion).to_contain_text("Gift cards are valid")
        expect(suggestion).not_to_contain_text("Enjoy")
        assert model.disconnected == 1


class TestNewCompany:
    def test_sign_up_shows_the_key_once_and_an_upload_becomes_ready_live(
        self, agents_browser: BrowserContext, demo: Demo
    ) -> None:
        page = agents_browser.new_page()
        sign_up(page, demo)
        key = page.get_by_role("region", name="API key")
        expect(key).to_have_text(re.compile("^echo_sk_"))
        page.reload()
        expect(page.get_by_text("Its key was shown already.")).to_be_visible()
        expect(key).to_have_count(0)

        page.get_by_role("link", name="Add knowledge").click()
        expect(page.get_by_text("Nothing here yet")).to_be_visible()
        text = b"# Opening hours of the shop\n\nWe are open from Tuesday to Saturday, from 9:30 to 17:00.\n"
        page.get_by_label("Files to add").set_input_files(
            {"name": "hours.md", "mimeType": "text/markdown", "buffer": text}
        )
        line = page.get_by_role("row").filter(has_text="hours")
        expect(line).to_contain_text("Ready")


class TestBudget:
    def test_an_opened_chat_in_german_stays_within_its_bytes(
        self, customers_browser: BrowserContext, demo: Demo
    ) -> None:
        page = customers_browser.new_page()
        fetched: list[Request] = []
        frames: list[str | bytes] = []
        page.on(
            "requestfinished", lambda each: fetched.append(each) if each.url.startswith(demo.url) else None
        )
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
        page.goto(demo.shop)
        page.evaluate("document.documentElement.lang = 'de'")
        page.locator("echo-widget button").click()
        chat = page.frame_locator("iframe[title='Chat']")
        expect(chat.get_by_placeholder("Nachricht schreiben")).to_be_visible()
        page.wait_for_load_state("networkidle")

        sizes = {each.url: each.sizes()["responseBodySize"] for each in fetched}
        loader = next(size for url, size in sizes.items() if urlsplit(url).path == "/widget.js")
        assert 0 < loader <= LARGEST_LOADER
        assert all(size > 0 for size in sizes.values()), sizes
        assert frames, "the chat has no socket"
        assert sum(sizes.values()) + sum(len(frame) for frame in frames) <= LARGEST_CHAT, sizes


def sign_up(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/signup")
    page.get_by_label("Company").fill("Harbour Teas")
    page.get_by_label("Your name").fill("Ines Moreau")
    page.get_by_label("E-mail").fill("ines@harbourteas.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(re.compile("/welcome"))


def choose_model(agent: Agent, model: str) -> None:
    agent.page.goto(f"{agent.url}/settings/assistant")
    agent.page.get_by_label("Answers come from").select_option(model)
    agent.page.get_by_role("button", name="Save").click()
    expect(agent.page.get_by_text("Assistant saved.").first).to_be_visible()


def _browser_of_somebody(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with nothing in it. What a page of its person writes to the console as an error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield context
    context.close()
    assert wrong == []
