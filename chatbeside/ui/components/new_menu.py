"""What one can begin: a conversation, a room of one's own, or coming into a public one."""

from typing import Any, Final

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.components.find_people import FIND_DIALOG
from chatbeside.ui.components.new_room import NEW_ROOM_DIALOG
from chatbeside.ui.icons import icon
from chatbeside.ui.states.rooms import BrowseState, NewRoomState

_MENU = "new-menu"
BROWSE_DIALOG: Final = "browse"


def open_new_room() -> list[Any]:
    """Return the events that open the dialog for a new room."""
    return [NewRoomState.prepare, islands.open_dialog(NEW_ROOM_DIALOG)]


def _item(sign: str, words: str, on_click: Any) -> rx.Component:
    return rx.el.button(icon(sign), words, type="button", class_name="item", on_click=on_click)


def new_menu() -> rx.Component:
    """Return the button "New" and its menu."""
    opener = rx.el.button(
        icon("square-pen"),
        type="button",
        title="New",
        class_name="ib",
        custom_attrs={"aria-label": "New", "popoverTarget": _MENU, "aria-haspopup": "dialog"},
    )
    menu = rx.el.div(
        _item("message-square", "New conversation", islands.open_dialog(FIND_DIALOG)),
        _item("hash", "New room", open_new_room()),
        _item("search", "Browse public rooms", [BrowseState.search(""), islands.open_dialog(BROWSE_DIALOG)]),
        id=_MENU,
        class_name="menu new-m",
        custom_attrs={"popover": "auto", "aria-label": "New"},
    )
    return rx.fragment(opener, menu)
