"""The loader in a tenant's page: whatever the page does with it, in whatever order."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.peers.widget_server import TENANT, WidgetServer
from tests.widget.conftest import Chat

STUB = "window.{n} = window.{n} || function () {{ (window.{n}.q = window.{n}.q || []).push(arguments) }};"
INIT = "window.{n}('init', {{ tenantId: '{tenant}' }});"
LOAD = """await new Promise((done) => {{
  var s = document.createElement('script'); s.id = '{n}'; s.src = '{origin}/widget.js'; s.onload = done;
  document.head.appendChild(s) }});"""
NAME = "window.EchoWidget = '{n}';"


def play(page: Page, server: WidgetServer, *steps: str, name: str = "echo") -> Any:
    script = "".join(steps).format(n=name, origin=server.origin, tenant=TENANT)
    return page.evaluate(f"async () => {{ {script} }}")


@pytest.fixture
def blank(page: Page, server: WidgetServer) -> Page:
    page.goto(f"http://127.0.0.1:{server.port}/blank")
    return page


@pytest.mark.parametrize(
    "steps",
    [
        (NAME, STUB, INIT, LOAD),
        (NAME, STUB, LOAD, INIT),
        (NAME, LOAD, STUB, INIT),
        (NAME, LOAD, INIT),
        (NAME, LOAD, STUB.replace("window.{n} || ", ""), INIT),
        (NAME, STUB, "const kept = window.{n};", LOAD, "kept('init', {{ tenantId: '{tenant}' }});"),
        (NAME, STUB, INIT, LOAD, LOAD, INIT, INIT),
        (NAME, STUB, INIT, LOAD, STUB.replace("window.{n} || ", ""), LOAD, INIT),
    ],
    ids=[
        "init before the script",
        "init after the script",
        "stub after the script",
        "no stub",
        "a stub that overwrites",
        "a stub the page kept",
        "everything twice",
        "the whole snippet twice",
    ],
)
@pytest.mark.parametrize("name", ["echo", "SupportChat"])
def test_one_launcher_appears_in_any_order(
    blank: Page, server: WidgetServer, steps: tuple[str, ...], name: str
) -> None:
    play(blank, server, *steps, name=name)
    expect(blank.locator("echo-widget")).to_have_count(1)
    expect(blank.get_by_role("button", name="Chat")).to_be_visible()


def test_the_script_knows_its_origin_by_its_id_when_it_is_not_the_current_one(
    blank: Page, server: WidgetServer
) -> None:
    play(blank, server, NAME, STUB, INIT)
    blank.evaluate(
        """async (origin) => {
          const tag = document.createElement('script'); tag.id = 'echo'; tag.type = 'text/plain';
          tag.src = origin + '/widget.js'; document.head.append(tag);
          (0, eval)(await (await fetch('/widget.js')).text()) }""",
        server.origin,
    )
    blank.get_by_role("button", name="Chat").click()
    source = blank.locator("echo-widget iframe").get_attribute("src") or ""
    assert source.startswith(f"{server.origin}/widget/frame/{TENANT}?theme=auto&locale=en")


class TestCommands:
    def test_open_toggle_close_and_destroy(self, chat: Chat) -> None:
        page, frame = chat.page, chat.page.locator("echo-widget iframe")
        page.evaluate("echo('open')")
        expect(frame).to_be_visible()
        expect(chat.launcher).to_have_attribute("aria-expanded", "true")
        page.evaluate("echo('toggle')")
        expect(frame).to_be_hidden()
        page.evaluate("echo('close'); echo('toggle')")
        expect(frame).to_be_visible()
        page.evaluate("echo('destroy'); echo('destroy')")
        expect(page.locator("echo-widget")).to_have_count(0)
        page.evaluate(f"echo('init', {{ tenantId: '{TENANT}', position: 'left' }})")
        box = chat.launcher.bounding_box()
        assert box is not None
        assert box["x"] == 20
        heard = [event for event, _ in page.evaluate("heard")]
        assert heard == ["ready", "open", "close", "open", "ready"]

    def test_open_before_init_opens_at_once(self, blank: Page, server: WidgetServer) -> None:
        play(blank, server, NAME, STUB, "echo('open');", INIT, LOAD)
        expect(blank.locator("echo-widget iframe")).to_be_visible()

    def test_on_and_off(self, chat: Chat) -> None:
        page = chat.page
        page.evaluate("""() => { window.count = 0; window.add = () => count++;
          echo('on', 'ready', add); echo('on', 'open', add); echo('open'); echo('close');
          echo('off', 'open', add); echo('open') }""")
        assert page.evaluate("count") == 2
        page.evaluate("echo('off', 'close'); echo('close')")
        assert page.evaluate("heard.filter(([event]) => event === 'close').length") == 1

    def test_the_pages_mistakes_stay_the_pages(self, chat: Chat) -> None:
        page = chat.page
        page.on("console", lambda message: None)
        page.evaluate("""() => {
          echo('on', 'open', () => { throw Error('on purpose') });
          echo('on', 'open', () => { window.reached = true });
          echo('open') }""")
        assert page.evaluate("reached") is True

    def test_nonsense_is_reported_and_never_thrown(self, blank: Page, server: WidgetServer) -> None:
        blank.evaluate(
            "() => { console.error = (error) => { (window.reported ||= []).push(String(error)) } }"
        )
        play(
            blank,
            server,
            NAME,
            LOAD,
            "echo(); echo('dance'); echo('init'); echo('init', {{ tenantId: '../x' }});",
        )
        assert len(blank.evaluate("reported")) == 4
        expect(blank.locator("echo-widget")).to_have_count(0)
        play(blank, server, INIT)
        expect(blank.locator("echo-widget")).to_have_count(1)


class TestManners:
    def test_a_page_without_a_visitor_pays_for_the_loader_alone(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        asked: list[str] = []
        chat.page.on("request", lambda request: asked.append(request.url))
        chat.page.reload()
        expect(chat.launcher).to_be_visible()
        chat.page.wait_for_timeout(500)
        assert asked == [server.shop, f"{server.origin}/widget.js"]
        assert chat.page.context.cookies() == []

    def test_hovering_fetches_the_chat_but_opens_no_connection(
        self, chat: Chat, server: WidgetServer
    ) -> None:
        chat.launcher.hover()
        expect(chat.field).to_be_attached()
        assert (server.tokens, server.received) == (0, [])

    def test_nothing_in_the_page_moves(self, chat: Chat) -> None:
        chat.page.evaluate("""() => { window.shifts = 0; new PerformanceObserver((list) =>
          list.getEntries().forEach((entry) => (shifts += entry.value)))
          .observe({ type: 'layout-shift', buffered: true }) }""")
        before = chat.page.evaluate("document.documentElement.scrollHeight")
        chat.open()
        assert chat.page.evaluate("shifts") == 0
        assert chat.page.evaluate("document.documentElement.scrollHeight") == before

    def test_the_pages_style_does_not_reach_it(self, chat: Chat) -> None:
        # The shop gives every div, button and echo-widget a margin and a thick red border.
        border = "(each) => getComputedStyle(each).borderTopWidth + getComputedStyle(each).marginTop"
        assert chat.launcher.evaluate(border) == "0px0px"
        assert chat.page.locator("echo-widget").evaluate(border) == "0px0px"

    def test_escape_closes_and_focus_goes_in_and_comes_back(self, chat: Chat) -> None:
        chat.launcher.focus()
        chat.page.keyboard.press("Enter")
        expect(chat.field).to_be_focused()
        chat.page.keyboard.press("Escape")
        expect(chat.page.locator("echo-widget iframe")).to_be_hidden()
        expect(chat.launcher).to_be_focused()

    def test_focus_comes_back_to_the_pages_own_button(self, blank: Page, server: WidgetServer) -> None:
        play(blank, server, NAME, LOAD, INIT, "own.onclick = () => echo('open');")
        blank.locator("#own").focus()
        blank.keyboard.press("Enter")
        chat = Chat(blank)
        expect(chat.field).to_be_focused()
        chat.inside.get_by_role("button", name="Close chat").click()
        expect(blank.locator("#own")).to_be_focused()

    def test_messages_from_elsewhere_are_not_heard(self, chat: Chat) -> None:
        chat.open()
        chat.page.evaluate("postMessage({ echo: 'close' }, '*')")
        inner = next(frame for frame in chat.page.frames if "/widget/frame/" in frame.url)
        # Another window tells the chat to close: it is not the page around it.
        inner.evaluate("postMessage({ echo: 'hello', open: false, live: false }, '*')")
        chat.page.wait_for_timeout(200)
        expect(chat.page.locator("echo-widget iframe")).to_be_visible()
        chat.say("Still here")
        expect(chat.replies()).to_have_count(2)

    def test_on_a_phone_it_fills_the_screen(self, chat: Chat) -> None:
        chat.page.set_viewport_size({"width": 390, "height": 844})
        chat.open()
        chat.page.wait_for_timeout(200)
        box = chat.page.locator("echo-widget iframe").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
        expect(chat.launcher).to_be_hidden()

    def test_reduced_motion_has_none(self, chat: Chat) -> None:
        chat.page.emulate_media(reduced_motion="reduce")
        chat.open()
        duration = (
            "(each) => getComputedStyle(each).transitionDuration + getComputedStyle(each).animationName"
        )
        assert chat.page.locator("echo-widget div").evaluate(duration) == "0snone"
