"""Parts that the list of sources and each source's own page share."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button
from echo_app.ui.components.feedback import error_panel, progress
from echo_app.ui.components.field import FIELD, field, text_area, text_field
from echo_app.ui.components.icon import icon
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.switch import switch
from echo_app.ui.knowledge.source_rows import SCHEDULES
from echo_app.ui.knowledge.sources_state import SourcesState
from echo_app.ui.knowledge.words import LANGUAGES

AUDIENCES = {"public": "Anybody", "contacts": "Signed-in contacts"}


def kind_icon(kind: Any) -> rx.Component:
    return rx.el.span(
        rx.match(kind, ("website", icon("globe")), ("snippets", icon("text-quote")), icon("file-text")),
        class_name="grid place-items-center size-8 rounded-6 bg-surface-2 text-muted shrink-0",
    )


def on_off(source: Any) -> rx.Component:
    return switch(
        rx.Var.create("Use ") + source.name,
        source.enabled,
        SourcesState.switched(source.id, ~source.enabled),
        disabled=~SourcesState.may_write_knowledge,
    )


def language_select(source: Any, **props: Any) -> rx.Component:
    return _select(
        rx.Var.create("Language of ") + source.name,
        rx.el.option("Each document's own", value=""),
        *[rx.el.option(name, value=code) for code, name in LANGUAGES.items()],
        value=source.language,
        on_change=lambda value: SourcesState.language_chosen(source.id, value),
        **props,
    )


def audience_select(source: Any, **props: Any) -> rx.Component:
    return _select(
        rx.Var.create("Who may find ") + source.name,
        *[rx.el.option(words, value=audience) for audience, words in AUDIENCES.items()],
        value=source.audience,
        on_change=lambda value: SourcesState.audience_chosen(source.id, value),
        **props,
    )


def crawl(source: Any) -> rx.Component:
    """A website's crawl: how far it is, or what the last one did and when the next one comes."""
    running = rx.el.div(
        rx.el.div(
            progress(source.share, 100, source.progress, "Crawling"),
            class_name="flex-1 min-w-0",
        ),
        rx.cond(
            SourcesState.may_write_knowledge,
            button("Stop", on_click=SourcesState.cancel_clicked(source.id)),
            rx.fragment(),
        ),
        class_name="flex items-end gap-3",
    )
    return rx.cond(source.crawling, running, rx.cond(source.error != "", _failed(source), last_crawl(source)))


def last_crawl(source: Any) -> rx.Component:
    return rx.cond(
        source.crawled_at != "",
        rx.el.p(
            "Crawled ",
            relative_time(source.crawled_at),
            rx.cond(source.result != "", rx.el.span(": ", source.result), ""),
            ". ",
            rx.cond(
                source.next_at != "",
                rx.el.span("Next ", relative_time(source.next_at), "."),
                "Next only when asked.",
            ),
            class_name="text-13 text-normal",
        ),
        rx.fragment(),
    )


def _failed(source: Any) -> rx.Component:
    return error_panel("The last crawl failed; what was read before stays", source.error, source.error_code)


def website_fields(form: Any) -> rx.Component:
    """`form` is a WebsiteForm, or a var of one."""
    wrong = SourcesState.wrong
    return rx.el.div(
        text_field(
            "First page",
            name="start_url",
            default_value=form.start_url,
            error=wrong.get("start_url", ""),
            placeholder="https://example.com/help",
            help="Echo follows its links within the site.",
            auto_complete="off",
            input_mode="url",
        ),
        text_field(
            "Sitemap",
            name="sitemap_url",
            default_value=form.sitemap_url,
            placeholder="https://example.com/sitemap.xml",
            help="Instead of a first page, or beside it.",
            auto_complete="off",
            input_mode="url",
        ),
        rx.el.div(
            text_field(
                "Most pages",
                name="max_pages",
                type="number",
                min="1",
                max="10000",
                default_value=form.max_pages,
                error=wrong.get("max_pages", ""),
            ),
            text_field(
                "Most links deep",
                name="max_depth",
                type="number",
                min="0",
                max="20",
                default_value=form.max_depth,
                error=wrong.get("max_depth", ""),
            ),
            field(
                "Crawl again",
                rx.el.select(
                    *[rx.el.option(words, value=hours) for hours, words in SCHEDULES.items()],
                    name="every_hours",
                    id="every_hours",
                    default_value=form.every_hours,
                    class_name=FIELD,
                ),
                name="every_hours",
            ),
            class_name="grid grid-cols-3 gap-3 items-start max-sm:grid-cols-1",
        ),
        rx.el.div(
            text_area(
                "Only these paths",
                name="include",
                rows=3,
                default_value=form.include,
                error=wrong.get("include", ""),
                placeholder="/help",
                help="One a line; * stands for anything. None: the whole site.",
                spell_check=False,
            ),
            text_area(
                "Not these paths",
                name="exclude",
                rows=3,
                default_value=form.exclude,
                placeholder="/blog/*",
                help="One a line. What was read from them is taken out at the next crawl.",
                spell_check=False,
            ),
            class_name="grid grid-cols-2 gap-3 items-start max-sm:grid-cols-1",
        ),
        class_name="grid gap-4",
    )


def _select(label: Any, *options: rx.Component, **props: Any) -> rx.Component:
    return rx.el.select(
        *options,
        disabled=~SourcesState.may_write_knowledge,
        class_name=f"{FIELD} !w-auto min-w-36 max-sm:!w-full",
        custom_attrs={"aria-label": label},
        **props,
    )
