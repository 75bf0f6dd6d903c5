"""The tokens: what is read can be read, in both modes, and no colour stands anywhere else."""

import re
from pathlib import Path

import pytest

from echo_app.ui import theme

UI = Path(theme.__file__).parent
LIGHT, DARK = 0, 1
A_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(")


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), theme.READ, ids=lambda name: name)
def test_text_has_enough_contrast_on_its_ground(text: str, ground: str, mode: int) -> None:
    assert theme.contrast(theme.COLOURS[text][mode], theme.COLOURS[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_initials_and_the_edges_of_fields_are_seen(mode: int) -> None:
    white = theme.COLOURS["on-accent"][mode]
    assert all(theme.contrast(colour, white) >= 4.5 for colour in theme.AVATARS)
    # WCAG 2.2, 1.4.11: what shows where a field is
    assert theme.contrast(theme.COLOURS["edge"][mode], theme.COLOURS["surface-1"][mode]) >= 3


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_no_raw_colour_stands_outside_the_theme() -> None:
    found = [
        f"{path.relative_to(UI)}:{number}"
        for path in sorted(UI.rglob("*"))
        if path.suffix in (".py", ".jsx", ".js") and path.name != "theme.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if A_COLOUR.search(line)
    ]
    assert not found, f"use a token of ui/theme.py instead of a raw colour: {found}"


def test_every_token_is_a_variable_in_both_modes() -> None:
    css = theme.css()
    for name, (light, dark) in theme.COLOURS.items():
        assert f"--{name}: {light};" in css
        assert f"--{name}: {dark};" in css


def test_a_person_keeps_their_colour() -> None:
    assert theme.avatar_colour("usr_1") == theme.avatar_colour("usr_1")
    assert 0 <= theme.avatar_colour("") < len(theme.AVATARS)
