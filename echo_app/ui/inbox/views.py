"""The folders' tabs and the list."""

from typing import Any

import reflex as rx

from echo_app.ui.components.avatar import avatar
from echo_app.ui.components.button import button, icon_button, link_button
from echo_app.ui.components.feedback import empty_state, skeleton
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.tag import tag
from echo_app.ui.inbox.browser import LiveList, Shown, nav_link
from echo_app.ui.inbox.place import FOLDERS, address
from echo_app.ui.inbox.rows import ConversationRow
from echo_app.ui.inbox.state import InboxState

PILL = (
    "absolute left-1/2 -translate-x-1/2 z-10 px-3 h-7 rounded-full bg-accent text-on-accent text-13 "
    "font-medium shadow-lift hover:bg-accent-strong echo-in"
)
_TAB = (
    "flex items-center gap-1.5 h-12 px-2.5 border-b-2 border-transparent text-14 text-normal no-underline "
    "whitespace-nowrap hover:text-strong aria-[current=page]:border-accent aria-[current=page]:text-strong "
    "aria-[current=page]:font-semibold max-sm:px-2"
)
# a shown row has the ground that such a tag has
_ROW_TAG = "shrink-0 [a[aria-current=page]_&.bg-surface-2]:bg-surface-3"
_ROW = (
    "grid grid-cols-[28px_minmax(0,1fr)_auto] items-center content-center gap-x-2.5 gap-y-1 h-16 px-3.5 border-b "
    "border-line text-strong no-underline hover:bg-surface-0 aria-[current=page]:bg-surface-2 "
    "aria-[current=page]:shadow-[inset_2px_0_var(--accent)] focus-visible:-outline-offset-2"
)


def folder_bar() -> rx.Component:
    """The folders with their counts, who waits how long, and the way through the list."""
    return rx.el.header(
        rx.el.nav(
            *[_tab(folder, words.label) for folder, words in FOLDERS.items()],
            custom_attrs={"aria-label": "Folders"},
            class_name="flex min-w-0 overflow-x-auto [scrollbar-width:none]",
        ),
        rx.el.div(
            _waiting(),
            icon_button("chevron-up", "Previous conversation", key="K", custom_attrs={"data-step": "-1"}),
            icon_button("chevron-down", "Next conversation", key="J", custom_attrs={"data-step": "1"}),
            class_name="ml-auto hidden @3xl/inbox:flex items-center gap-1",
        ),
        class_name="flex items-center h-12 pl-2 pr-3 border-b border-line shrink-0 "
        "@max-3xl/inbox:group-data-[open=true]/inbox:hidden",
    )


def conversation_list() -> rx.Component:
    """The shown folder's rows, live."""
    return rx.el.section(
        rx.cond(
            InboxState.new_rows > 0,
            rx.el.button(
                InboxState.new_rows,
                " new",
                type="button",
                on_click=InboxState.new_rows_clicked,
                class_name=f"{PILL} top-2",
            ),
            rx.fragment(),
        ),
        LiveList.create(
            Shown.create(
                rx.cond(
                    InboxState.rows.length() > 0,
                    rx.el.div(
                        rx.el.ul(rx.foreach(InboxState.rows, _row)),
                        rx.cond(
                            InboxState.has_more,
                            rx.el.div(
                                button("Show more", on_click=InboxState.more_clicked), class_name="p-3 grid"
                            ),
                            rx.fragment(),
                        ),
                    ),
                    rx.match(
                        InboxState.shown_folder,
                        *[(folder, _empty(folder)) for folder in FOLDERS],
                        rx.fragment(),
                    ),
                ),
                _skeleton(),
                param="folder",
                value=InboxState.shown_folder,
            ),
            signal=InboxState.top_signal,
            on_top=InboxState.scrolled,
            label="Conversations",
            class_name="flex-1 min-h-0 overflow-y-auto overscroll-contain",
        ),
        class_name="relative flex flex-col min-h-0 min-w-0 @3xl/inbox:border-r border-line "
        "@max-3xl/inbox:group-data-[open=true]/inbox:hidden",
        custom_attrs={"aria-label": "List"},
    )


def with_name(words: str, name: Any) -> list[Any]:
    """`{assistant}` in the words replaced by a var, as children of an element."""
    before, *after = words.split("{assistant}")
    return [before, *(part for rest in after for part in (name, rest))]


def assistant_name() -> Any:
    return rx.cond(InboxState.assistant != "", InboxState.assistant, "Assistant")


def _tab(folder: str, label: str) -> rx.Component:
    count = InboxState.counts[folder]
    meaning = "text-warn" if folder == "queue" else "text-muted"
    return nav_link(
        rx.el.span(*_short_on_phones(label)),
        rx.el.span(
            rx.cond(count > 0, count, ""),
            class_name=f"text-12 tabular-nums font-normal {meaning}",
        )
        if folder != "resolved"
        else rx.fragment(),
        to=address(folder),
        end=False,
        custom_attrs={"data-folder": folder},
        class_name=_TAB,
    )


def _short_on_phones(label: str) -> list[Any]:
    """Without what follows the assistant's name, where five tabs have to share a phone's width."""
    before, *after = with_name(label, assistant_name())
    return [before, *after[:1], *(rx.el.span(part, class_name="max-sm:sr-only") for part in after[1:])]


def _waiting() -> rx.Component:
    return rx.cond(
        InboxState.queue.count > 0,
        rx.el.p(
            InboxState.queue.count,
            " waiting, longest ",
            relative_time(InboxState.queue.since, kind="short"),
            class_name="text-13 text-muted mr-2 whitespace-nowrap hidden @4xl/inbox:block",
        ),
        rx.fragment(),
    )


def _row(row: rx.Var[ConversationRow]) -> rx.Component:
    return rx.el.li(
        nav_link(
            rx.el.span(avatar(row.initials, row.colour), class_name="row-span-2 grid"),
            rx.el.span(
                rx.el.span(
                    row.name,
                    class_name=rx.cond(row.unread, "truncate font-semibold", "truncate font-medium"),
                ),
                rx.cond(
                    row.unread,
                    rx.el.span(
                        rx.el.span("unread", class_name="sr-only"),
                        class_name="size-[7px] rounded-full bg-accent shrink-0",
                    ),
                    rx.fragment(),
                ),
                class_name="flex items-center gap-1.5 min-w-0",
            ),
            relative_time(row.at, kind="short", class_name="text-12 text-muted tabular-nums"),
            rx.el.span(
                rx.cond(
                    row.tag != "", tag(row.tag, meaning=row.tag_meaning, class_name=_ROW_TAG), rx.fragment()
                ),
                rx.cond(row.channel != "", tag(row.channel, class_name=_ROW_TAG), rx.fragment()),
                rx.el.span(row.preview, class_name="truncate text-muted"),
                class_name="col-start-2 col-span-2 flex items-center gap-1.5 min-w-0",
            ),
            to=row.href,
            custom_attrs={"data-row": row.id},
            class_name=_ROW,
        ),
        key=row.id,
    )


def _empty(folder: str) -> rx.Component:
    words = FOLDERS[folder]  # type: ignore[index]
    way = {
        "queue": [link_button("See all open", href=address("open"))],
        "mine": [link_button("See the queue", href=address("queue"))],
        "open": [link_button("Put the widget on your site", href="/settings")],
    }.get(folder, [])
    return empty_state(
        "inbox",
        rx.fragment(*with_name(words.empty_title, assistant_name())),
        rx.fragment(*with_name(words.empty_words, assistant_name())),
        *way,
    )


def _skeleton() -> rx.Component:
    row = rx.el.div(
        skeleton("size-7 !rounded-full"),
        rx.el.div(skeleton("h-3.5 w-28"), skeleton("h-3 w-52 max-w-full"), class_name="grid gap-2 min-w-0"),
        class_name="grid grid-cols-[28px_1fr] items-center gap-x-2.5 h-16 px-3.5 border-b border-line",
    )
    return rx.el.div(
        *[row] * 6,
        rx.el.span("Loading", class_name="sr-only", role="status"),
        custom_attrs={"aria-busy": "true"},
    )
