import pytest

from echo_app.kit.markdown import plain


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("Open **My orders** and choose *Return*.", "Open My orders and choose Return."),
        ("See [the form](https://shop.example/form).", "See the form (https://shop.example/form)."),
        ("See [shop.example](https://shop.example).", "See https://shop.example."),
        ("See [returns](returns.md) first.", "See returns first."),
        ("Write to <help@shop.example>.", "Write to help@shop.example."),
        ("Run `echo_app up` now", "Run echo_app up now"),
        ("![A kettle](kettle.png) boils", "A kettle boils"),
        ("5 * 3 * 2 and snake_case_name stay", "5 * 3 * 2 and snake_case_name stay"),
        ("a\\*b and <b>bold</b>", "a*b and bold"),
        ("two\nlines", "two lines"),
    ],
)
def test_marks_are_taken_off(markdown: str, words: str) -> None:
    assert plain(markdown) == words
