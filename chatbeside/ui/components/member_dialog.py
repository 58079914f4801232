"""The dialog about one member of a room: roles, handing over, removing."""

from typing import Any, Final

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.states.members import MembersState

MEMBER_DIALOG: Final = "member"


def _deed(sign: str, title: str, words: Any, on_click: Any, *, class_name: str = "item") -> rx.Component:
    return rx.el.button(
        icon(sign),
        rx.el.span(rx.el.b(title), rx.el.span(words)),
        type="button",
        class_name=class_name,
        on_click=on_click,
    )


def _sure(words: Any, deed: str, on_click: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(words),
        rx.el.footer(
            rx.el.button("Back", type="button", class_name="btn ghost", on_click=MembersState.ask("")),
            rx.el.button(deed, type="button", class_name="btn danger", on_click=on_click),
            class_name="dlg-f",
        ),
    )


def member_dialog() -> rx.Component:
    """Return the dialog about :attr:`MembersState.chosen`."""
    member, room = MembersState.chosen, live.room()

    def give(role: str) -> Any:
        return MembersState.set_role(room.room, member.id, role)

    deeds = rx.el.div(
        rx.cond(
            member.can_promote,
            _deed("shield", "Make admin", "Can invite, rename, pin, and remove people and messages.", give("admin")),
        ),
        rx.cond(
            member.can_demote,
            _deed("user", "Make member", "Can read and write, like everybody here.", give("member")),
        ),
        rx.cond(
            member.can_hand_over,
            _deed(
                "users",
                "Hand the room over",
                "They become its owner, you become an admin.",
                MembersState.ask("hand over"),
            ),
        ),
        rx.cond(
            member.can_remove,
            _deed(
                "log-out",
                "Remove from the room",
                "They cannot read it any more.",
                MembersState.ask("remove"),
                class_name="item danger",
            ),
        ),
        class_name="deeds wordy",
    )
    body = rx.match(
        MembersState.asking,
        (
            "hand over",
            _sure(
                rx.fragment(rx.el.bdi(member.name), " will own this room. Only they can give it back to you."),
                "Hand over",
                give("owner"),
            ),
        ),
        (
            "remove",
            _sure(
                rx.fragment(
                    rx.el.bdi(member.name),
                    rx.cond(
                        room.public,
                        " will be out of this room at once. It is public: they can join again.",
                        " will be out of this room at once. They need an invite to come back.",
                    ),
                ),
                "Remove",
                MembersState.remove(room.room, member.id),
            ),
        ),
        deeds,
    )
    return rx.el.dialog(
        islands.dialog_closer(dialog=MEMBER_DIALOG, done=MembersState.done),
        rx.el.header(
            rx.cond(member.bot, avatar.assistant("s48"), avatar.person(member.id, member.picture, size="s48")),
            rx.el.h2(rx.el.bdi(member.name), id="member-t"),
            rx.el.p("@" + member.username, rx.cond(member.role_words, " · " + member.role_words, "")),
            icon_button("x", "Close", on_click=islands.close_dialog(MEMBER_DIALOG)),
        ),
        rx.el.div(unanswered(), trouble(MembersState.trouble), body, class_name="dlg-b"),
        id=MEMBER_DIALOG,
        class_name="dlg",
        custom_attrs={"aria-labelledby": "member-t", "data-aside": "close"},
    )
