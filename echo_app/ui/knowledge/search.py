"""/knowledge/search: what the assistant would find for a question, with scores and why each passage matched."""

import reflex as rx

from echo_app.ui.components.button import button, inner_link, link_button
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.components.field import FIELD
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.reader_view import prose
from echo_app.ui.knowledge.search_state import LONGEST_QUESTION, HitLine, Reason, SearchState, WordLine
from echo_app.ui.knowledge.views import option, select


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/search",
        title="Search · Knowledge · Echo",
        on_load=on_load(SearchState.opened),
    )


def page() -> rx.Component:
    return frame(
        "search",
        rx.el.div(
            _question(),
            rx.cond(
                SearchState.loaded,
                rx.cond(SearchState.load_error != "", _failed(), _found()),
                skeleton_rows(4, "h-24"),
            ),
            class_name="max-w-4xl mx-auto grid gap-4 px-6 py-5 grid-cols-[minmax(0,1fr)] max-sm:px-4",
        ),
        beside=SearchState.summary,
    )


def _question() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.input(
                name="q",
                type="search",
                default_value=SearchState.query,
                key=SearchState.query,
                placeholder="Ask as a customer would",
                max_length=LONGEST_QUESTION,
                auto_focus=True,
                class_name=f"{FIELD} !h-10 !text-16",
                custom_attrs={"aria-label": "Question", "data-key": "/", "aria-keyshortcuts": "/"},
            ),
            button("Search", type="submit", kind="primary", class_name="!h-10"),
            class_name="flex gap-2",
        ),
        rx.el.div(
            select(
                "Source",
                SearchState.source,
                lambda value: SearchState.narrowed("source", value),
                rx.el.option("All sources", value=""),
                rx.foreach(SearchState.sources, option),
                name="source",
            ),
            select(
                "Language",
                SearchState.language,
                lambda value: SearchState.narrowed("language", value),
                rx.el.option("All languages", value=""),
                rx.foreach(SearchState.languages, option),
                name="language",
            ),
            select(
                "Who asks",
                SearchState.audience,
                lambda value: SearchState.narrowed("audience", value),
                rx.el.option("As a signed-in contact", value=""),
                rx.el.option("As anybody", value="public"),
                name="audience",
            ),
            class_name="flex gap-2 flex-wrap",
        ),
        on_submit=SearchState.search_sent,
        role="search",
        class_name="grid gap-2",
    )


def _failed() -> rx.Component:
    return error_panel(
        "The search did not work",
        SearchState.load_error,
        SearchState.load_code,
        button("Try again", on_click=SearchState.opened),
    )


def _found() -> rx.Component:
    nothing = empty_state(
        "search-x",
        "No passage found",
        "Nothing that may be shown here has any of these words or their meaning. The assistant would ask a person.",
        link_button("Search everything", href="/knowledge/search"),
    )
    before = empty_state(
        "search",
        "Try what your customers ask",
        "You see the passages the assistant would answer from, best first, and why each was found.",
    )
    return rx.el.div(
        rx.cond(
            SearchState.lexical_only,
            rx.el.p(
                "The embedder could not be reached: only words were compared, not meaning.",
                class_name="rounded-10 bg-warn-soft text-warn px-3.5 py-2 mb-3",
            ),
            rx.fragment(),
        ),
        rx.cond(
            SearchState.hits.length() > 0,
            rx.el.ol(
                rx.foreach(SearchState.hits, _hit),
                class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
                custom_attrs={"aria-label": "Passages, best first"},
            ),
            rx.cond(SearchState.searched, nothing, before),
        ),
        custom_attrs={"aria-live": "polite"},
    )


def _hit(hit: rx.Var[HitLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(hit.number, ".", class_name="text-muted tabular-nums"),
                inner_link(
                    hit.title,
                    href=hit.href,
                    class_name="font-medium text-strong no-underline hover:underline min-w-0 truncate",
                ),
                rx.el.span(
                    rx.el.span("score ", class_name="text-muted"),
                    hit.score,
                    class_name="ml-auto text-13 tabular-nums shrink-0",
                ),
                class_name="flex gap-2 items-baseline",
            ),
            rx.cond(
                hit.place != "", rx.el.p(hit.place, class_name="text-12 text-muted truncate"), rx.fragment()
            ),
            rx.el.div(prose(hit.blocks), class_name="max-h-36 overflow-hidden"),
            rx.cond(
                hit.asked.length() > 0,
                rx.el.ul(
                    rx.foreach(hit.asked, _word),
                    class_name="flex flex-wrap gap-1",
                    custom_attrs={"aria-label": "Words of the question"},
                ),
                rx.fragment(),
            ),
            class_name="grid gap-1.5 min-w-0 grid-cols-[minmax(0,1fr)] content-start",
        ),
        rx.el.dl(
            rx.foreach(hit.reasons, _reason),
            class_name="grid gap-1.5 content-start text-12",
        ),
        class_name="border border-line rounded-10 p-3.5 grid gap-4 grid-cols-[minmax(0,1fr)_168px] "
        "max-sm:grid-cols-[minmax(0,1fr)] max-sm:gap-3",
    )


def _reason(reason: rx.Var[Reason]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(reason.name, title=reason.help, class_name="text-muted w-16 shrink-0"),
        rx.el.dd(
            rx.el.progress(
                value=reason.share,
                max=100,
                class_name="w-0 grow h-1.5",
                custom_attrs={"aria-label": reason.name},
            ),
            rx.el.span(reason.share, "%", class_name="w-9 text-right tabular-nums text-normal"),
            class_name="flex items-center gap-2 flex-1 min-w-0",
        ),
        class_name="flex items-center gap-2",
    )


def _word(word: rx.Var[WordLine]) -> rx.Component:
    return rx.el.li(
        tag(
            word.word,
            rx.cond(word.held, "", rx.el.span(" (missing)", class_name="sr-only")),
            meaning=rx.cond(word.held, "good", ""),
            title=word.words,
            class_name="",
        ),
        class_name=rx.cond(word.held, "", "line-through"),
    )
