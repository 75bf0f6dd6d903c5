"""Base UI (https://base-ui.com): behaviour without a look, for what must trap focus, close on Esc and speak ARIA.

Wrapped here rather than taken from Reflex's own wrapper, which installs an icon set of 150 MB beside it.
"""

from typing import Any, ClassVar

import reflex as rx
from reflex.event import passthrough_event_spec

PACKAGE = "@base-ui/react@1.9.0"


class BasePart(rx.Component):
    """One part of a Base UI component, such as `Dialog.Popup`; `render_` is the element it becomes."""

    lib_dependencies: ClassVar[list[str]] = [PACKAGE]

    render_: rx.Var[rx.Component]

    @property
    def import_var(self) -> rx.ImportVar:
        assert self.tag
        return rx.ImportVar(tag=self.tag.split(".")[0], package_path="", install=False)


# Base UI tells whether it is open now, and why.
_OPENED: Any = passthrough_event_spec(bool, dict)


class DialogPart(BasePart):
    library = "@base-ui/react/dialog"

    open: rx.Var[bool]
    on_open_change: rx.EventHandler[_OPENED]  # type: ignore[type-arg]


class MenuPart(BasePart):
    library = "@base-ui/react/menu"

    side: rx.Var[str]
    align: rx.Var[str]
    side_offset: rx.Var[int]


class TooltipPart(BasePart):
    library = "@base-ui/react/tooltip"

    delay: rx.Var[int]
    side_offset: rx.Var[int]
    disable_hoverable_popup: rx.Var[bool]


def dialog_part(name: str, *children: Any, **props: Any) -> rx.Component:
    """`name` is a part of https://base-ui.com/react/components/dialog, such as `Popup`."""
    return DialogPart.create(*children, tag=f"Dialog.{name}", **props)


def menu_part(name: str, *children: Any, **props: Any) -> rx.Component:
    """`name` is a part of https://base-ui.com/react/components/menu."""
    return MenuPart.create(*children, tag=f"Menu.{name}", **props)


def tooltip_part(name: str, *children: Any, **props: Any) -> rx.Component:
    """`name` is a part of https://base-ui.com/react/components/tooltip."""
    return TooltipPart.create(*children, tag=f"Tooltip.{name}", **props)
