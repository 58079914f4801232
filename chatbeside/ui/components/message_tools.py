"""What can be done with a message: the bar on its row, the menu behind it, the sheet of a long press, the dialogs."""

from typing import Any, Final

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.report_dialog import REPORT_DIALOG, report_dialog
from chatbeside.ui.components.search_dialog import search_dialog
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live import hands
from chatbeside.ui.states.moderation import ReportState

_MENU: Final = "message-menu"
_SHEET: Final = "message-sheet"
_DELETE: Final = "message-delete"
_FORWARD: Final = "message-forward"
_FILTER: Final = "forward"


_TELL = islands.open_dialog(REPORT_DIALOG)


def _tool(name: str, label: str, *, on_click: Any, first: bool = False, **attrs: str) -> rx.Component:
    """One button of the bar: a single tab stop, the arrow keys move within it."""
    return icon_button(name, label, on_click=on_click, tab_index=0 if first else -1, custom_attrs=attrs)


def _item(name: str, label: Any, on_click: Any, class_name: str = "item") -> rx.Component:
    return rx.el.button(icon(name), label, type="button", class_name=class_name, on_click=on_click)


def _items(close: Any) -> list[rx.Component]:
    """The lines of the menu and of the sheet. ``close`` closes what they stand in."""
    m = hands.target()
    return [
        rx.cond(m.can_edit, _item("pencil", "Edit", [*close, hands.edit(m.id)])),
        rx.cond(
            m.can_pin,
            _item("pin", rx.cond(m.pinned, "Take the pin out", "Pin"), [*close, hands.pin(m.id, ~m.pinned)]),
        ),
        rx.cond(m.can_forward, _item("forward", "Forward…", [*close, islands.open_dialog(_FORWARD)])),
        rx.cond(m.text, _item("copy", "Copy text", [*close, hands.copy_message(m.text)])),
        _item("link", "Copy link", [*close, hands.copy_link(m.href)]),
        rx.cond(
            ~m.mine & ~m.bot,
            _item("shield", "Report or block…", [*close, ReportState.begin(m.id, m.sender_id, m.name), _TELL]),
        ),
        rx.cond(
            m.can_delete,
            rx.fragment(rx.el.hr(), _item("trash-2", "Delete…", [*close, islands.open_dialog(_DELETE)], "item danger")),
        ),
    ]


def message_tools() -> rx.Component:
    """Return the bar and its menu, which are drawn into the row that is pointed at; once, beside the timeline."""
    m = hands.target()
    bar = rx.el.div(
        rx.cond(m.can_react, _tool("smile-plus", "React", on_click=hands.open_picker(m.id), first=True)),
        rx.cond(m.can_reply, _tool("reply", "Reply", on_click=hands.answer(m.id))),
        rx.cond(m.can_edit, _tool("pencil", "Edit", on_click=hands.edit(m.id))),
        icon_button(
            "ellipsis",
            "More",
            on_click=hands.open_menu(_MENU),
            tab_index=rx.cond(m.can_react, -1, 0),
            custom_attrs={"aria-haspopup": "menu"},
        ),
        class_name="bar",
        role="toolbar",
        custom_attrs={"aria-label": "Message actions"},
    )
    menu = rx.el.div(
        *_items([]), id=_MENU, class_name="menu", custom_attrs={"popover": "auto", "aria-label": "More actions"}
    )
    return hands.row_tools(rx.cond(m.id, rx.fragment(bar, menu)), sheet=_SHEET, remove=_DELETE)


def _sheet() -> rx.Component:
    m = hands.target()
    close = islands.close_dialog(_SHEET)
    quick = rx.el.div(
        rx.foreach(
            hands.quick_emoji(),
            lambda emoji: rx.el.button(
                emoji,
                type="button",
                on_click=[close, hands.react(m.id, emoji)],
                custom_attrs={"aria-label": "React with " + emoji},
            ),
        ),
        icon_button("smile-plus", "Other emoji", on_click=[close, hands.open_picker(m.id)]),
        class_name="quick-r",
        role="group",
        custom_attrs={"aria-label": "React"},
    )
    return rx.el.dialog(
        rx.el.p(rx.el.b(rx.el.bdi(m.name)), rx.el.span(m.summary, custom_attrs={"dir": "auto"}), class_name="about"),
        rx.cond(m.can_react, quick),
        rx.cond(m.can_reply, _item("reply", "Reply", [close, hands.answer(m.id)])),
        *_items([close]),
        id=_SHEET,
        class_name="dlg sheet-d",
        custom_attrs={"aria-label": "Message actions", "data-aside": "close"},
    )


def _delete() -> rx.Component:
    m = hands.target()
    close = islands.close_dialog(_DELETE)
    return rx.el.dialog(
        rx.el.header(
            rx.el.h2("Delete this message?", id="message-delete-t"),
            rx.el.p("It goes away for everybody. A line stays in its place and says that something was deleted."),
        ),
        rx.el.blockquote(rx.el.b(rx.el.bdi(m.name)), rx.el.span(m.summary, custom_attrs={"dir": "auto"})),
        rx.el.footer(
            rx.el.button("Keep it", type="button", class_name="btn sec", on_click=close),
            rx.el.button("Delete", type="button", class_name="btn danger", on_click=[close, hands.delete(m.id)]),
        ),
        id=_DELETE,
        class_name="dlg ask",
        custom_attrs={"aria-labelledby": "message-delete-t", "data-aside": "close"},
    )


@rx.memo
def forward_pick(row: rx.Var[live.RoomRow]) -> rx.Component:
    """A conversation to forward to."""
    return rx.el.button(
        avatar.conversation(row, "s28"),
        rx.el.span(rx.el.bdi(row.name)),
        type="button",
        class_name="pick",
        on_click=[islands.close_dialog(_FORWARD), hands.forward(hands.target().id, row.room)],
        custom_attrs={"data-rove": ""},
    )


def _forward() -> rx.Component:
    wanted = live.choice(_FILTER)
    rows = live.rooms("all")
    picks = rx.foreach(
        rows,
        lambda row: rx.fragment(
            rx.cond(row.name.lower().contains(wanted.lower()), forward_pick(row=row)),
            key=row.room,
        ),
    )
    return search_dialog(
        _FORWARD,
        "Forward the message",
        rx.el.h3("Conversations"),
        picks,
        field="Conversation",
        placeholder="Forward to…",
        on_change=lambda value: live.choose(_FILTER, value),
        enter_first=True,
    )


def message_dialogs() -> rx.Component:
    """Return what opens over the page for a message: sheet, questions, the emoji picker; once on the page."""
    return rx.fragment(_sheet(), _delete(), _forward(), report_dialog(), hands.emoji_picker())
