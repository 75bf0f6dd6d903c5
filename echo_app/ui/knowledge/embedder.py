"""/knowledge/embedder: what compares meaning, what it costs, and changing it."""

import reflex as rx

from echo_app.ui.components.button import button
from echo_app.ui.components.dialog import actions, closing, dialog
from echo_app.ui.components.feedback import error_panel, progress, skeleton_rows
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.embedder_state import EmbedderState, OfferLine
from echo_app.ui.knowledge.frame import frame, on_load


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/embedder",
        title="Embedder · Knowledge · Echo",
        on_load=on_load(EmbedderState.opened, EmbedderState.follow),
    )


def page() -> rx.Component:
    failed = error_panel(
        "The embedder could not be shown",
        EmbedderState.load_error,
        EmbedderState.load_code,
        button("Try again", on_click=EmbedderState.opened),
    )
    return frame(
        "embedder",
        rx.el.div(
            rx.cond(
                EmbedderState.loaded,
                rx.cond(EmbedderState.load_error != "", failed, _content()),
                skeleton_rows(3, "h-20"),
            ),
            _ask(),
            class_name="max-w-3xl mx-auto px-6 py-5 max-sm:px-4",
        ),
    )


def _content() -> rx.Component:
    return rx.el.div(
        rx.el.section(
            rx.el.h2("In use: ", EmbedderState.current, class_name="text-16 font-semibold"),
            rx.el.p(
                "An embedder turns passages and questions into numbers, so that search finds what means the same in "
                "other words. Words are compared beside it, whichever is chosen.",
                class_name="text-normal",
            ),
            rx.el.p(
                EmbedderState.facts,
                " · spent this month: ",
                EmbedderState.month,
                class_name="text-13 text-muted",
            ),
            class_name="grid gap-1",
        ),
        rx.cond(EmbedderState.changing, _change(), rx.fragment()),
        rx.el.section(
            rx.el.h2("To choose from", class_name="text-16 font-semibold"),
            rx.el.ul(
                rx.foreach(EmbedderState.offers, _offer),
                class_name="grid gap-2 grid-cols-[minmax(0,1fr)]",
            ),
            class_name="grid gap-3",
        ),
        class_name="grid gap-7 grid-cols-[minmax(0,1fr)]",
    )


def _change() -> rx.Component:
    change = EmbedderState.change
    cancel = rx.cond(
        EmbedderState.may_write_knowledge,
        button("Cancel the change", on_click=EmbedderState.cancel_clicked),
        rx.fragment(),
    )
    stopped = error_panel(
        rx.el.span("The change to ", change.model, " stopped; what was done is kept"),
        change.trouble,
        change.code,
        cancel,
    )
    running = rx.el.div(
        rx.el.div(
            rx.el.h2("Changing to ", change.model, class_name="font-medium"),
            cancel,
            class_name="flex items-center justify-between gap-3",
        ),
        progress(change.share, 100, change.progress, "Embedding all passages anew"),
        rx.cond(
            change.trouble != "",
            rx.el.p(change.trouble, " It is tried again.", class_name="text-13 text-warn"),
            rx.fragment(),
        ),
        rx.el.p(
            "Spent so far: ",
            change.spent,
            ". Searches go on with the old embedder until all passages are done.",
            class_name="text-13 text-muted",
        ),
        class_name="border border-line rounded-10 p-3.5 grid gap-2",
    )
    return rx.cond(change.failed, stopped, running)


def _offer(offer: rx.Var[OfferLine]) -> rx.Component:
    choose = rx.match(
        True,
        (offer.current, tag("In use", meaning="good")),
        (offer.changing & ~EmbedderState.change.failed, tag("Changing to it", meaning="note")),
        (
            offer.needs != "",
            rx.el.span(
                "Needs ",
                rx.el.code(offer.needs, class_name="font-mono text-12 text-strong"),
                class_name="text-13 text-muted text-right",
            ),
        ),
        rx.cond(
            EmbedderState.may_write_knowledge,
            button(
                rx.cond(offer.changing, "Go on", "Choose"),
                rx.el.span(" ", offer.model, class_name="sr-only"),
                on_click=EmbedderState.choose_clicked(offer.name),
            ),
            rx.fragment(),
        ),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.p(offer.model, class_name="font-medium text-strong [overflow-wrap:anywhere]"),
            rx.el.p(offer.vendor, " · ", offer.facts, class_name="text-13 text-muted"),
            class_name="min-w-0",
        ),
        choose,
        class_name="border border-line rounded-10 p-3.5 flex items-center justify-between gap-4",
    )


def _ask() -> rx.Component:
    asked = EmbedderState.asked
    return dialog(
        rx.el.span("Change to ", asked.model, "?"),
        actions(
            closing(button("Cancel")),
            button(
                "Change the embedder",
                kind="primary",
                on_click=EmbedderState.choice_confirmed(asked.name),
            ),
        ),
        description=rx.el.span(
            "All passages are embedded anew. ",
            asked.cost,
            ". Searches go on with the present embedder until it is done, and you can cancel on the way.",
        ),
        width="max-w-md",
        open=EmbedderState.asking,
        on_open_change=EmbedderState.asking_changed,
    )
