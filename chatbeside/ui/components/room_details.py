"""What the details show of a conversation beside its people's words: its settings, its members, the way out."""

from typing import Final

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.edit_room import EDIT_DIALOG, LEAVE_DIALOG
from chatbeside.ui.components.invite_dialog import INVITE_DIALOG
from chatbeside.ui.components.member_dialog import MEMBER_DIALOG
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live.finding import presence
from chatbeside.ui.states.invites import InvitesState
from chatbeside.ui.states.members import MembersState, MemberView
from chatbeside.ui.states.rooms import RoomState

_LEVELS: Final = (("all", "All"), ("mentions", "Mentions"), ("none", "Nothing"))


def _known() -> rx.Var[bool]:
    """Whether what the state holds is about the room that is open."""
    return MembersState.room == live.room().room


def quick_settings() -> rx.Component:
    """Return the row of buttons under the name: mute, pin, invite; and what to be notified of."""
    room = live.room()
    mute = rx.el.button(
        rx.cond(room.muted, icon("bell-off"), icon("bell")),
        rx.cond(room.muted, "Muted", "Mute"),
        type="button",
        on_click=RoomState.set_muted(room.room, ~room.muted),
        custom_attrs={"aria-pressed": rx.cond(room.muted, "true", "false")},
    )
    pin = rx.el.button(
        icon("pin"),
        rx.cond(room.pinned, "Pinned", "Pin"),
        type="button",
        title="Keep it at the top of your list",
        on_click=RoomState.set_pinned(room.room, ~room.pinned),
        custom_attrs={"aria-pressed": rx.cond(room.pinned, "true", "false")},
    )
    invite = rx.el.button(
        icon("user-plus"),
        "Invite",
        type="button",
        on_click=[InvitesState.look(room.room), islands.open_dialog(INVITE_DIALOG)],
    )
    levels = [
        rx.el.button(
            words,
            type="button",
            on_click=RoomState.set_notify(room.room, level),
            custom_attrs={"aria-pressed": rx.cond(room.notify == level, "true", "false")},
        )
        for level, words in _LEVELS
    ]
    return rx.el.div(
        rx.el.div(mute, pin, rx.cond(_known() & MembersState.may.invite, invite), class_name="quick"),
        rx.el.span("Notify me of", class_name="label", id="notify-l"),
        rx.el.div(*levels, class_name="seg", role="group", custom_attrs={"aria-labelledby": "notify-l"}),
        trouble(RoomState.trouble),
        class_name="settings-b",
    )


@rx.memo
def member_row(member: rx.Var[MemberView]) -> rx.Component:
    """A member: picture with presence, name, role; and where something may be done to them, the way to it."""
    words = rx.cond(member.role_words, member.role_words, rx.cond(member.own, "You", ""))
    picture = rx.cond(
        member.bot,
        avatar.assistant("s28"),
        avatar.person(
            member.id,
            member.picture,
            size="s28",
            presence=rx.cond(member.own, avatar.own_presence(), presence(member.id)),
        ),
    )
    name = rx.el.b(rx.el.bdi(member.name), rx.cond(member.own & (member.role_words != ""), " (you)", ""))
    more = icon_button(
        "ellipsis",
        "More",
        on_click=[MembersState.choose(member.id), islands.open_dialog(MEMBER_DIALOG)],
        custom_attrs={"aria-label": "More about " + member.name},
    )
    return rx.el.li(picture, name, rx.el.span(words), rx.cond(member.manageable, more, rx.el.i()))


def members() -> rx.Component:
    """Return the members of a group room."""
    room = live.room()
    state = MembersState
    rows = rx.foreach(state.members, lambda member: rx.fragment(member_row(member=member), key=member.id))
    add = rx.el.button(
        icon("user-plus"),
        "Add people",
        type="button",
        class_name="tb",
        on_click=[InvitesState.look(room.room), islands.open_dialog(INVITE_DIALOG)],
    )
    return rx.el.section(
        islands.room_watch(room=room.room, on_change=MembersState.look),
        rx.el.h3("People", rx.el.span(room.members)),
        rx.cond(
            _known(),
            rx.fragment(
                rx.el.ul(rows, class_name="who roles"),
                rx.cond(
                    state.more,
                    rx.el.button("Show more", type="button", class_name="tb", on_click=MembersState.further(room.room)),
                ),
                rx.cond(state.may.add, add),
            ),
        ),
        custom_attrs={"aria-label": "People", "aria-busy": rx.cond(_known(), "false", "true")},
    )


def room_actions() -> rx.Component:
    """Return what may be done to the room as a whole; only what the server lets this person do is there."""
    room = live.room()
    may = MembersState.may
    edit = rx.el.button(
        icon("pencil"),
        "Name and topic",
        type="button",
        class_name="item",
        on_click=[RoomState.clear, islands.open_dialog(EDIT_DIALOG)],
    )
    archive = rx.el.button(
        icon("lock"),
        rx.cond(room.archived, "Bring back from the archive", "Archive"),
        type="button",
        class_name="item",
        on_click=RoomState.archive(room.room, ~room.archived),
    )
    leave = rx.el.button(
        icon("log-out"),
        "Leave",
        type="button",
        class_name="item danger",
        on_click=[RoomState.clear, islands.open_dialog(LEAVE_DIALOG)],
    )
    return rx.cond(
        _known(),
        rx.el.section(
            rx.cond(may.edit, edit),
            rx.cond(may.archive, archive),
            rx.cond(may.leave, leave),
            class_name="deeds",
            custom_attrs={"aria-label": "Room"},
        ),
    )
