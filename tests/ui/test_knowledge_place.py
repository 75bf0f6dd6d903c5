"""How the table of documents is filtered and sorted, as the address says it."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from echo_app.ui.knowledge.place import View, address, sorted_by, view_of


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(words="gift & cards", state="failed"),
        View(source="src_1", language="de", page=3),
        View(order="title", descending=False),
        View(words="a", state="busy", order="passages", descending=True),
    ],
)
def test_the_address_is_the_inverse_of_the_view(view: View) -> None:
    assert view_of(dict(parse_qsl(urlsplit(address(view)).query))) == view


def test_what_is_no_filter_counts_for_nothing() -> None:
    asked = {"state": "nonsense", "sort": "-size; DROP", "name": "", "page": "-4"}
    assert view_of(asked) == View()
    assert view_of({"name": "a\x00b"}).words == "ab"
    assert view_of({"page": "²"}).page == 1


def test_nothing_chosen_is_the_plain_address() -> None:
    assert address(View()) == "/knowledge"


def test_three_clicks_on_a_column_lead_back() -> None:
    once = sorted_by(View(), "title")
    twice = sorted_by(once, "title")
    assert [(view.order, view.descending) for view in (once, twice, sorted_by(twice, "title"))] == [
        ("title", False),
        ("title", True),
        ("newest", True),
    ]


@pytest.mark.parametrize("column", ["passages", "changed", "cited", "size"])
def test_numbers_and_times_begin_with_the_most(column: str) -> None:
    assert sorted_by(View(), column).descending


def test_sorting_anew_begins_at_the_first_page() -> None:
    assert sorted_by(View(page=4), "title").page == 1


def test_a_column_that_does_not_exist_sorts_nothing() -> None:
    assert sorted_by(View(), "size_bytes") == View()
