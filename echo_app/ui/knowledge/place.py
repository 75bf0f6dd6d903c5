"""What an address of /knowledge means: how the table is filtered and sorted, and which page of it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from echo_app.knowledge.catalogue.schemas import DocumentOrder

State = Literal["", "ready", "busy", "failed", "cancelled", "retired"]
LONGEST_WORDS = 200
MOST_PAGES = 200
# First from the most.
_NUMBERS = ("size", "passages", "cited", "changed")


@dataclass(frozen=True)
class StateWords:
    """A choice of the filter: its words, and the stored statuses that it shows (none: all)."""

    label: str
    statuses: tuple[str, ...]


STATES: dict[State, StateWords] = {
    "": StateWords("All states", ()),
    "ready": StateWords("Ready", ("ready",)),
    "busy": StateWords("Being read", ("queued", "processing")),
    "failed": StateWords("Failed", ("failed",)),
    "cancelled": StateWords("Cancelled", ("cancelled",)),
    "retired": StateWords("Gone from its site", ("retired",)),
}


@dataclass(frozen=True)
class View:
    """`words` stand in the title; `order` and `descending` are how the rows stand; `page` counts from 1.

    `source` is a source's outside id and `language` a code, neither checked here.
    """

    words: str = ""
    state: State = ""
    source: str = ""
    language: str = ""
    order: DocumentOrder = "newest"
    descending: bool = True
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.state or self.source or self.language)


def view_of(query: Mapping[str, str]) -> View:
    """What the query asks for; what is no filter, no column and no page counts for nothing."""
    state, sort, page = query.get("state", ""), query.get("sort", ""), query.get("page", "")
    order = sort.removeprefix("-")
    view = View(
        words=_clean(query.get("name", "")),
        source=_clean(query.get("source", ""))[:40],
        language=_clean(query.get("language", ""))[:2],
        page=min(max(1, int(page)), MOST_PAGES) if page.isascii() and page.isdigit() else 1,
    )
    if state in STATES:
        view = replace(view, state=state)
    if order in get_args(DocumentOrder):
        view = replace(view, order=order, descending=sort.startswith("-"))
    return view


def address(view: View) -> str:
    """The inverse of `view_of`."""
    sort = "" if view.order == "newest" else ("-" if view.descending else "") + view.order
    asked = {
        "name": view.words,
        "state": view.state,
        "source": view.source,
        "language": view.language,
        "sort": sort,
        "page": str(view.page) if view.page > 1 else "",
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/knowledge?{query}" if query else "/knowledge"


def sorted_by(view: View, column: str) -> View:
    """After a click on a column: first from A or the most, then the other way, then the newest first again."""
    if column not in get_args(DocumentOrder):
        return view
    first = column in _NUMBERS
    view = replace(view, page=1)
    if view.order != column:
        return replace(view, order=column, descending=first)
    if view.descending == first:
        return replace(view, descending=not first)
    return replace(view, order="newest", descending=True)


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:LONGEST_WORDS]
