"""What an address of /knowledge means: how the table is filtered and sorted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from echo_app.knowledge.schemas import DocumentOrder

State = Literal["", "ready", "busy", "failed"]
LONGEST_WORDS = 200


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
}


@dataclass(frozen=True)
class View:
    """`words` stand in the title; `order` and `descending` are how the rows stand."""

    words: str = ""
    state: State = ""
    order: DocumentOrder = "newest"
    descending: bool = True

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.state)


def view_of(query: Mapping[str, str]) -> View:
    """What the query asks for; what is no filter and no column counts for nothing."""
    state, sort = query.get("state", ""), query.get("sort", "")
    order = sort.removeprefix("-")
    view = View(words=query.get("name", "")[:LONGEST_WORDS].replace("\x00", ""))
    if state in STATES:
        view = replace(view, state=state)
    if order in get_args(DocumentOrder):
        view = replace(view, order=order, descending=sort.startswith("-"))
    return view


def address(view: View, search: str = "") -> str:
    """The inverse of `view_of`, with the search `?q=`."""
    sort = "" if view.order == "newest" else ("-" if view.descending else "") + view.order
    asked = {"q": search, "name": view.words, "state": view.state, "sort": sort}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/knowledge?{query}" if query else "/knowledge"


def sorted_by(view: View, column: str) -> View:
    """After a click on a column: first from A or the most, then the other way, then the newest first again."""
    if column not in get_args(DocumentOrder):
        return view
    first = column in ("passages", "changed")
    if view.order != column:
        return replace(view, order=column, descending=first)
    if view.descending == first:
        return replace(view, descending=not first)
    return replace(view, order="newest", descending=True)
