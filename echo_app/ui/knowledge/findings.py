"""/knowledge/findings: what contradicts itself, or is said twice; both sides next to each other."""

import reflex as rx

from echo_app.ui.components.button import button, inner_link, link_button
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.components.prose_view import span_view
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.findings_state import FindingLine, FindingsState, SideLine
from echo_app.ui.knowledge.frame import frame, on_load


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/findings",
        title="Findings · Knowledge · Echo",
        on_load=on_load(FindingsState.opened, FindingsState.follow),
    )


def page() -> rx.Component:
    failed = error_panel(
        "The findings could not be loaded",
        FindingsState.load_error,
        FindingsState.load_code,
        button("Try again", on_click=FindingsState.opened),
    )
    nothing = empty_state(
        "check-check",
        "Nothing to decide",
        "When two documents state different numbers, dates or prices for the same thing, or say the same twice, "
        "both passages are shown here.",
        link_button("Go to the documents", href="/knowledge"),
    )
    found = rx.el.div(
        rx.el.p(
            "Change or delete the document that is wrong; a finding goes when its documents agree. "
            "Dismiss what is right as it is.",
            class_name="text-13 text-normal",
        ),
        rx.el.ul(
            rx.foreach(FindingsState.lines, _finding),
            class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
            custom_attrs={"aria-label": "Findings"},
        ),
        rx.cond(
            FindingsState.more != "",
            rx.el.p(FindingsState.more, class_name="text-13 text-muted"),
            rx.fragment(),
        ),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )
    return frame(
        "findings",
        rx.el.div(
            rx.cond(
                FindingsState.loaded,
                rx.cond(
                    FindingsState.load_error != "",
                    failed,
                    rx.cond(FindingsState.lines.length() > 0, found, nothing),
                ),
                skeleton_rows(3, "h-32"),
            ),
            class_name="max-w-4xl mx-auto px-6 py-5 max-sm:px-4",
        ),
    )


def _finding(finding: rx.Var[FindingLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            tag(finding.what, meaning=finding.meaning),
            rx.cond(
                FindingsState.may_write_knowledge,
                button(
                    "Dismiss",
                    rx.el.span(
                        " what ",
                        finding.one.title,
                        " and ",
                        finding.other.title,
                        " say",
                        class_name="sr-only",
                    ),
                    on_click=FindingsState.dismiss_clicked(finding.id),
                    class_name="ml-auto",
                ),
                rx.fragment(),
            ),
            class_name="flex items-center gap-3",
        ),
        rx.el.div(
            _side(finding.one),
            _side(finding.other),
            class_name="grid grid-cols-2 gap-4 max-sm:grid-cols-[minmax(0,1fr)]",
        ),
        key=finding.id,
        class_name="border border-line rounded-10 p-3.5 grid gap-3 grid-cols-[minmax(0,1fr)]",
    )


def _side(side: rx.Var[SideLine]) -> rx.Component:
    return rx.el.div(
        rx.el.blockquote(
            rx.foreach(side.spans, span_view),
            class_name="border-l-2 border-line pl-2.5 text-strong [overflow-wrap:anywhere] line-clamp-6",
        ),
        inner_link(
            side.title,
            href=side.href,
            class_name="text-13 text-accent-text underline [overflow-wrap:anywhere] mt-1.5 inline-block",
        ),
        rx.cond(side.place != "", rx.el.p(side.place, class_name="text-12 text-muted"), rx.fragment()),
        class_name="min-w-0",
    )
