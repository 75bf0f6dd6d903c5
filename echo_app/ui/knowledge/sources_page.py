"""/knowledge/sources: where documents come from, who may find them; and /knowledge/sources/new: adding a website."""

import reflex as rx

from echo_app.ui.components.button import button, inner_link, link_button
from echo_app.ui.components.feedback import error_panel, skeleton_rows
from echo_app.ui.components.field import FIELD, field, text_field
from echo_app.ui.components.tag import tag
from echo_app.ui.components.unsaved import unsaved_guard
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.source_rows import SourceLine, WebsiteForm
from echo_app.ui.knowledge.source_views import (
    AUDIENCES,
    audience_select,
    crawl,
    kind_icon,
    language_select,
    on_off,
    website_fields,
)
from echo_app.ui.knowledge.sources_state import SourcesState
from echo_app.ui.knowledge.words import LANGUAGES


def add_to(app: rx.App) -> None:
    loads = on_load(SourcesState.opened, SourcesState.follow)
    app.add_page(page, route="/knowledge/sources", title="Sources · Knowledge · Echo", on_load=loads)
    app.add_page(
        new_page, route="/knowledge/sources/new", title="Add a website · Knowledge · Echo", on_load=loads
    )


def page() -> rx.Component:
    failed = error_panel(
        "The sources could not be loaded",
        SourcesState.load_error,
        SourcesState.load_code,
        button("Try again", on_click=SourcesState.opened),
    )
    listed = rx.el.ul(
        rx.foreach(SourcesState.lines, _source),
        class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
        custom_attrs={"aria-label": "Sources"},
    )
    return frame(
        "sources",
        rx.el.div(
            rx.el.p(
                "Answers come only from sources that are on. What signed-in contacts alone may find is never shown "
                "to anybody else.",
                class_name="text-13 text-normal",
            ),
            rx.cond(
                SourcesState.loaded,
                rx.cond(SourcesState.load_error != "", failed, rx.fragment(listed, _first())),
                skeleton_rows(3, "h-24"),
            ),
            class_name="max-w-4xl mx-auto grid gap-4 px-6 py-5 grid-cols-[minmax(0,1fr)] max-sm:px-4",
        ),
        actions=[
            rx.cond(
                SourcesState.may_write_knowledge,
                link_button(
                    "Add a website",
                    href="/knowledge/sources/new",
                    icon="globe",
                    kind="primary",
                    custom_attrs={"data-key": "n"},
                    title="Key: N",
                ),
                rx.fragment(),
            )
        ],
    )


def _first() -> rx.Component:
    """Where nobody has added anything yet, the default sources do not exist either."""
    return rx.cond(
        SourcesState.lines.length() == 0,
        rx.el.p(
            "No sources yet. Add a website here; files and snippets make theirs by themselves.",
            class_name="text-normal",
        ),
        rx.fragment(),
    )


def _source(source: rx.Var[SourceLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            kind_icon(source.kind),
            rx.el.div(
                rx.el.div(
                    inner_link(
                        source.name,
                        href=source.href,
                        class_name="font-medium text-strong no-underline hover:underline truncate",
                    ),
                    # the switch says so already
                    rx.cond(source.state == "On", rx.fragment(), tag(source.state, meaning=source.meaning)),
                    class_name="flex items-center gap-2 min-w-0",
                ),
                rx.el.div(
                    source.kind_label,
                    rx.cond(source.address != "", rx.el.span(" · ", source.address), ""),
                    " · ",
                    inner_link(
                        source.holds,
                        href=source.documents_href,
                        class_name="text-normal underline hover:text-strong",
                    ),
                    rx.cond(
                        source.failed != "",
                        rx.el.span(
                            " · ",
                            inner_link(
                                source.failed, href=source.failed_href, class_name="text-bad underline"
                            ),
                        ),
                        "",
                    ),
                    class_name="text-13 text-muted [overflow-wrap:anywhere]",
                ),
                class_name="min-w-0 flex-1",
            ),
            on_off(source),
            class_name="flex items-center gap-3",
        ),
        rx.cond(source.kind == "website", crawl(source), rx.fragment()),
        rx.el.div(
            _choice("Language", language_select(source)),
            _choice("Found by", audience_select(source)),
            rx.cond(
                SourcesState.may_write_knowledge & (source.kind == "website") & ~source.crawling,
                button(
                    "Crawl now",
                    icon="refresh-cw",
                    disabled=~source.enabled,
                    on_click=SourcesState.crawl_clicked(source.id),
                    class_name="ml-auto",
                ),
                rx.fragment(),
            ),
            rx.cond(
                source.kind == "snippets",
                link_button("Snippets", href="/knowledge/snippets", icon="pencil", class_name="ml-auto"),
                rx.fragment(),
            ),
            class_name="flex gap-x-4 gap-y-2 flex-wrap items-center",
        ),
        class_name="border border-line rounded-10 p-3.5 grid gap-3 grid-cols-[minmax(0,1fr)]",
    )


def _choice(words: str, control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.span(words, class_name="text-13 text-muted max-sm:w-20 max-sm:shrink-0"),
        control,
        class_name="flex items-center gap-2 max-sm:w-full",
    )


def new_page() -> rx.Component:
    return frame(
        "sources",
        rx.el.form(
            website_fields(WebsiteForm()),
            rx.el.div(
                text_field(
                    "Name",
                    name="name",
                    max_length=100,
                    error=SourcesState.wrong.get("name", ""),
                    help="None: the site's host.",
                ),
                field(
                    "Language",
                    rx.el.select(
                        rx.el.option("Each page's own", value=""),
                        *[rx.el.option(name, value=code) for code, name in LANGUAGES.items()],
                        name="language",
                        id="language",
                        class_name=FIELD,
                    ),
                    name="language",
                ),
                field(
                    "Who may find it",
                    rx.el.select(
                        *[rx.el.option(words, value=audience) for audience, words in AUDIENCES.items()],
                        name="audience",
                        id="audience",
                        class_name=FIELD,
                    ),
                    name="audience",
                ),
                class_name="grid grid-cols-3 gap-3 items-start max-sm:grid-cols-1",
            ),
            rx.el.p(
                "Echo obeys robots.txt, reads only pages of this site, and never runs their scripts.",
                class_name="text-13 text-normal",
            ),
            rx.el.div(
                button("Add and crawl", kind="primary", type="submit"),
                link_button("Cancel", href="/knowledge/sources"),
                class_name="flex gap-2",
            ),
            unsaved_guard(),
            on_submit=SourcesState.website_added,
            class_name="max-w-2xl mx-auto grid gap-4 px-6 py-6 max-sm:px-4",
        ),
        title="Add a website",
        back="/knowledge/sources",
    )
