"""The chat in a real browser, on a page of another origin, against a server that does what a test tells it."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Request, expect

from tests.peers.widget_desk import Reply
from tests.peers.widget_server import TENANT, WidgetServer
from tests.widget.conftest import ARGUMENTS, CHROMIUM, Chat

LOADER_BUDGET = 2_500
WHOLE_BUDGET = 14_600


class TestTalking:
    def test_a_reply_streams_in_with_citations_that_open(self, chat: Chat, server: WidgetServer) -> None:
        server.replies.append(Reply(pause=0.05))
        chat.open().say("Can I send it back after 40 days?")
        expect(chat.inside.locator(".dots")).to_be_visible()
        writing = chat.inside.locator(".theirs[aria-live=off] .bubble")
        expect(writing).to_contain_text("Unopened")
        assert "heating plate" not in writing.inner_text()
        expect(chat.replies().last).to_contain_text("9 years on the heating plate")
        expect(chat.replies().last.locator("strong")).to_have_text("47 days")
        chat.inside.get_by_role("button", name="Source 1: Returns").last.click()
        panel = chat.inside.get_by_role("dialog", name="Returns")
        expect(panel.locator("mark")).to_have_text("Unopened kettles can be sent back within 47 days.")
        expect(panel).to_contain_text("Sending things back · Page 3")
        expect(panel).to_contain_text("write the order number")
        chat.page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(chat.inside.get_by_role("button", name="Source 1: Returns").last).to_be_focused()

    def test_a_withdrawn_reply_leaves_the_screen(self, chat: Chat, server: WidgetServer) -> None:
        server.replies.append(
            Reply("This is wrong and long enough to be seen.", [], step=30, pause=1, withdraw_after=30)
        )
        chat.open().say("Hello")
        expect(chat.log).to_contain_text("This is wrong")
        expect(chat.log).not_to_contain_text("This is wrong")

    def test_a_person_takes_over_answers_and_hands_back(self, chat: Chat, server: WidgetServer) -> None:
        server.replies.append(Reply("A long answer that is never finished. " * 20, [], pause=0.05))
        chat.open().say("Hello")
        expect(chat.log).to_contain_text("never finished")
        server.run(server.take_over("Mira"))
        expect(chat.log).not_to_contain_text("never finished")
        expect(chat.inside.locator(".event").last).to_have_text("Mira joined")
        expect(chat.inside.locator("header")).to_contain_text("Mira is answering")
        server.run(server.agent_types())
        expect(chat.inside.locator(".dots")).to_have_attribute("aria-label", "Mira is writing")
        server.run(server.agent_says("Hello, Mira here."))
        expect(chat.inside.locator(".agent .who")).to_have_text("Mira")
        server.run(server.hand_back())
        expect(chat.inside.locator(".event").last).to_have_text("Echo answers again")

    def test_talk_to_a_person(self, chat: Chat) -> None:
        chat.open().inside.get_by_role("button", name="Talk to a person").click()
        expect(chat.inside.locator(".event").last).to_have_text("A person will answer here")
        assert chat.said() == ["Talk to a person"]
        expect(chat.inside.get_by_role("button", name="Talk to a person")).to_be_hidden()

    def test_a_resolved_conversation_is_followed_by_a_new_one(self, chat: Chat, server: WidgetServer) -> None:
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        server.run(server.resolve())
        expect(chat.inside.locator(".event").last).to_contain_text("Write to start a new one.")
        chat.say("Two")
        expect(chat.replies()).to_have_count(3)
        assert [frame["conversationId"] for frame in server.received if frame["type"] == "send"] == [
            None,
            None,
        ]
        chat.say("Three")
        expect(chat.replies()).to_have_count(4)
        assert chat.said() == ["One", "Two", "Three"]

    def test_markup_of_others_stays_text(self, chat: Chat, server: WidgetServer) -> None:
        evil = "<img src=x onerror=alert(1)> [go](javascript:alert(1)) [page](https://a.example/b)"
        server.replies.append(Reply(evil, []))
        chat.open().say("<b>bold</b>")
        expect(chat.replies().last).to_contain_text("<img src=x")
        assert chat.said() == ["<b>bold</b>"]
        expect(chat.log.locator("img, b")).to_have_count(0)
        links = chat.log.locator("a")
        expect(links).to_have_count(1)
        expect(links).to_have_attribute("rel", "noopener noreferrer")
        expect(links).to_have_attribute("target", "_blank")


class TestWriting:
    def test_shift_enter_breaks_the_line_and_nothing_is_not_sent(self, chat: Chat) -> None:
        send = chat.open().inside.get_by_role("button", name="Send")
        expect(send).to_be_disabled()
        chat.say("   ")
        assert chat.said() == []
        small = chat.field.bounding_box()["height"]
        chat.field.fill("")
        chat.field.press_sequentially("one")
        chat.field.press("Shift+Enter")
        chat.field.press_sequentially("two")
        assert chat.field.bounding_box()["height"] > small
        send.click()
        expect(chat.inside.locator(".mine .bubble")).to_contain_text("one\ntwo", use_inner_text=True)

    def test_the_limit_is_counted_down_and_kept(self, chat: Chat) -> None:
        chat.open().field.fill("x" * 7990)
        expect(chat.inside.locator(".count")).to_have_text("10 characters left")
        chat.field.fill("x" * 8003)
        expect(chat.inside.locator(".count")).to_have_text("3 characters too many")
        chat.field.press("Enter")
        assert chat.said() == []

    def test_a_refused_message_says_why_and_goes_out_again_under_its_id(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        server.refuse_posts = (429, "too_many", "Wait a minute, then write again.")
        chat.open().say("Hello")
        expect(chat.inside.get_by_role("alert")).to_have_text(
            "Not sent. Wait a minute, then write again. Try again"
        )
        server.refuse_posts = None
        chat.inside.get_by_role("button", name="Try again").click()
        expect(chat.replies()).to_have_count(2)
        ids = [frame["clientMessageId"] for frame in server.received if frame["type"] == "send"]
        assert len(ids) == 2
        assert ids[0] == ids[1]


class TestABadLine:
    def test_a_cut_line_comes_back_and_nothing_is_lost_or_doubled(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        server.lose_acks = 1
        chat.say("Two")
        chat.say("Three")
        expect(chat.replies()).to_have_count(4)
        for _ in range(3):
            server.run(server.drop_sockets())
            chat.page.wait_for_timeout(100)
        server.run(server.agent_says("Four"))
        expect(chat.replies()).to_have_count(5)
        contact = [text for author, text in server.messages() if author == "contact"]
        assert contact == chat.said() == ["One", "Two", "Three"]

    def test_what_is_written_without_a_connection_goes_out_in_order(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        chat.page.context.set_offline(True)
        server.run(server.drop_sockets())
        expect(chat.inside.locator(".slim")).to_have_text("Reconnecting…")
        for text in ("Two", "Three", "Four"):
            chat.say(text)
        expect(chat.inside.locator(".state").last).to_have_text("Sent when you are back online")
        chat.page.context.set_offline(False)
        expect(chat.replies()).to_have_count(5)
        expect(chat.inside.locator(".slim")).to_be_empty()
        assert [text for author, text in server.messages() if author == "contact"] == chat.said()

    def test_a_reload_loses_no_message_that_was_not_acknowledged(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        server.refuse_sockets = True
        server.refuse_posts = (503, "unavailable", "Away.")
        server.run(server.drop_sockets())
        chat.say("Two")
        expect(chat.inside.locator(".mine")).to_have_count(2)
        chat.page.reload()
        server.refuse_sockets, server.refuse_posts = False, None
        chat.open()
        expect(chat.replies()).to_have_count(3)
        assert [text for author, text in server.messages() if author == "contact"] == ["One", "Two"]

    def test_history_survives_a_reload_and_unread_shows_on_the_launcher(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        chat.open().say("One")
        expect(chat.inside.locator(".chip")).to_have_count(2)
        chat.page.reload()
        # An open conversation is remembered: the chat connects by itself, unseen.
        expect(chat.field).to_be_attached()
        expect(chat.replies()).to_have_count(2)
        expect(chat.inside.locator(".chip")).to_have_count(2)
        server.run(server.agent_says("Are you there?"))
        server.run(server.agent_says("I am."))
        expect(chat.launcher).to_have_accessible_name("Chat (2)")
        expect(chat.launcher.locator("span")).to_have_text("2")
        chat.page.reload()
        expect(chat.launcher.locator("span")).to_have_text("2")
        chat.open()
        expect(chat.launcher).to_have_accessible_name("Chat")
        assert chat.said() == ["One"]
        heard = [event for event in chat.page.evaluate("heard") if event[0] == "unread"]
        assert heard == [["unread", 2], ["unread", 0]]

    def test_history_survives_where_the_frame_has_storage_of_its_own(
        self, browser: Browser, server: WidgetServer
    ) -> None:
        # As people's browsers do: Playwright's default is a Chromium whose foreign frames have no storage.
        own = browser.browser_type.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--disable-features=Translate"]
        )
        page = own.new_page()
        page.goto(server.shop)
        chat = Chat(page).open()
        chat.say("One")
        expect(chat.replies()).to_have_count(2)
        inside = next(frame for frame in page.frames if "/widget/frame/" in frame.url)
        assert "token" in inside.evaluate(f"localStorage['echo:{TENANT}']")
        assert page.evaluate("Object.keys(localStorage)") == [f"echo:{TENANT}:live"]
        page.reload()
        expect(chat.replies()).to_have_count(2)
        own.close()
        assert server.tokens == 1

    def test_without_sockets_it_posts_and_polls(self, chat: Chat, server: WidgetServer) -> None:
        server.refuse_sockets = True
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        chat.say("Two")
        expect(chat.replies()).to_have_count(3)
        server.run(server.take_over("Mira"))
        expect(chat.inside.locator(".event").last).to_have_text("Mira joined")
        assert (
            [text for author, text in server.messages() if author == "contact"]
            == chat.said()
            == ["One", "Two"]
        )

    def test_a_refused_token_is_replaced_without_a_word(self, chat: Chat, server: WidgetServer) -> None:
        server.valid_tokens_from = 1
        server.token_delay = 0.2
        chat.open().say("One")
        expect(chat.replies()).to_have_count(2)
        assert server.tokens == 2


class TestReading:
    def test_it_stays_at_the_end_unless_the_reader_went_up(self, chat: Chat, server: WidgetServer) -> None:
        server.replies.append(Reply("\n\n".join(f"Paragraph {n}" for n in range(60)), [], step=60))
        chat.open().say("Tell me all")
        expect(chat.replies().last).to_contain_text("Paragraph 59")
        below = "(log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight)"
        assert chat.log.evaluate(below) <= 1
        chat.log.evaluate("(log) => { log.scrollTop = 100 }")
        server.run(server.agent_says("One more"))
        newer = chat.inside.get_by_role("button", name="New messages")
        expect(newer).to_be_visible()
        assert chat.log.evaluate("(log) => log.scrollTop") == 100
        newer.click()
        assert chat.log.evaluate(below) <= 1
        expect(newer).to_be_hidden()

    def test_another_language_is_one_small_file_more(self, chat: Chat, server: WidgetServer) -> None:
        asked: list[str] = []
        chat.page.on("request", lambda request: asked.append(request.url))
        chat.page.goto(f"{server.shop}?locale=de-AT")
        chat.open()
        expect(chat.field).to_have_attribute("placeholder", "Nachricht schreiben")
        expect(chat.inside.locator("html")).to_have_attribute("lang", "de")
        assert sum("locale-de.json" in url for url in asked) == 1

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("width", [1440, 390])
    def test_axe_finds_nothing(self, chat: Chat, server: WidgetServer, theme: str, width: int) -> None:
        chat.page.set_viewport_size({"width": width, "height": 844})
        chat.page.goto(f"{server.shop}?theme={theme}")
        chat.open().say("Can I send it back?")
        expect(chat.inside.locator(".chip")).to_have_count(2)
        server.run(server.take_over("Mira"))
        server.run(server.agent_says("A `code` and a [link](https://a.example)."))
        expect(chat.replies()).to_have_count(3)
        chat.page.wait_for_timeout(200)
        frame = next(frame for frame in chat.page.frames if "/widget/frame/" in frame.url)
        # The chat alone: a page of its own, with the script of axe put in from outside its policy.
        found = Axe().run(frame)
        assert found.violations_count == 0, found.generate_report()


class TestBudget:
    def test_an_opened_chat_fits_into_one_initial_window(
        self, browser: Browser, server: WidgetServer
    ) -> None:
        context = browser.new_context()
        page = context.new_page()
        finished: list[Request] = []
        page.on("requestfinished", lambda request: finished.append(request))
        page.goto(server.shop)
        chat = Chat(page).open()
        expect(chat.field).to_be_focused()
        chat.say("Hello")
        expect(chat.replies()).to_have_count(2)
        # The browser's own count of the encoded bodies, whichever process loaded them.
        sizes = {
            urlsplit(request.url).path: request.sizes()["responseBodySize"]
            for request in finished
            if request.url.startswith(server.origin)
        }
        context.close()
        assert sizes.keys() == {
            "/widget.js",
            f"/widget/frame/{TENANT}",
            "/widget/frame.js",
            "/widget/frame.css",
            "/widget/v1/tokens",
        }
        assert all(size > 50 for size in sizes.values()), sizes
        assert sizes["/widget.js"] <= LOADER_BUDGET, sizes
        assert sum(sizes.values()) <= WHOLE_BUDGET, sizes
