"""The dialog that brings people into the open room: by name, or by a link that one can send."""

from typing import Final

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.fields import select_field
from chatbeside.ui.components.new_room import search_field
from chatbeside.ui.components.search_dialog import TYPING_PAUSE
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.states.invites import InvitesState, InviteView
from chatbeside.ui.states.members import MembersState
from chatbeside.ui.states.people import Person

INVITE_DIALOG: Final = "invite"
ASKED: Final = "invite"
"""``?show=`` in the address of a room opens the dialog."""

_DAYS: Final = (("1", "One day"), ("7", "Seven days"), ("30", "30 days"), ("never", "No end"))
_USES: Final = (("any", "Any number"), ("1", "One person"), ("10", "Ten people"))


@rx.memo
def addable(person: rx.Var[Person]) -> rx.Component:
    """Somebody who was found, and the button that brings them in."""
    room = live.room()
    inside = MembersState.added.contains(person.id)
    return rx.el.div(
        rx.cond(person.bot, avatar.assistant("s28"), avatar.person(person.id, person.picture, size="s28")),
        rx.el.span(rx.el.bdi(person.name), rx.el.span("@" + person.username, class_name="mut")),
        rx.cond(
            inside,
            rx.el.span("In the room", class_name="mut", role="status"),
            rx.el.button(
                "Add",
                type="button",
                class_name="btn sec",
                on_click=MembersState.add(room.room, person.id),
                custom_attrs={"data-rove": "", "aria-label": "Add " + person.name},
            ),
        ),
        class_name="addable",
    )


def _by_name() -> rx.Component:
    found = rx.foreach(MembersState.found, lambda person: rx.fragment(addable(person=person), key=person.id))
    return islands.roving_group(
        rx.el.h3("People who have an account here"),
        trouble(MembersState.trouble),
        search_field("Find people to add", "Names", MembersState.search.debounce(TYPING_PAUSE)),
        rx.cond(
            MembersState.found.length() > 0,
            rx.el.div(found, class_name="picks"),
            rx.cond(
                MembersState.asked,
                rx.el.p("Nobody here has a name that begins so. Send them a link.", class_name="help", role="status"),
            ),
        ),
        as_="div",
        enter_first=True,
        class_name="f",
    )


@rx.memo
def open_invite(invite: rx.Var[InviteView]) -> rx.Component:
    """An invite that still holds: what it allows, a button that copies its link, and one that ends it."""
    room = live.room()
    return rx.el.li(
        icon("link"),
        rx.el.span(rx.el.span(invite.link, class_name="code"), rx.el.span(invite.words, class_name="mut")),
        islands.copy_button(icon("copy"), label="Copy link", done="Copied", path=invite.link, class_name="btn sec"),
        icon_button(
            "trash-2",
            "Revoke",
            on_click=InvitesState.revoke(room.room, invite.code),
            custom_attrs={"aria-label": "Revoke the link: " + invite.words},
        ),
    )


def _by_link() -> rx.Component:
    room = live.room()
    form = rx.el.form(
        rx.el.input(type="hidden", name="invite_room", value=room.room, read_only=True),
        select_field("Ends after", "invite_days", _DAYS, "7"),
        select_field("Lets in", "invite_uses", _USES, "any"),
        rx.el.button("Make a link", type="submit", class_name="btn pri"),
        on_submit=InvitesState.make,
        reset_on_submit=False,
        class_name="linkform",
    )
    rows = rx.foreach(InvitesState.invites, lambda invite: rx.fragment(open_invite(invite=invite), key=invite.code))
    return rx.el.div(
        rx.el.h3("A link to send"),
        rx.el.p("Whoever has it can sign up and come in.", class_name="help"),
        unanswered(),
        trouble(InvitesState.trouble),
        form,
        rx.cond(
            (InvitesState.room == room.room) & (InvitesState.invites.length() > 0),
            rx.el.ul(rows, class_name="invites", custom_attrs={"aria-label": "Open links"}),
        ),
        class_name="f",
    )


def invite_dialog() -> rx.Component:
    """Return the dialog. ``?show=invite`` in the address opens it too."""
    room = live.room()
    may = rx.cond(MembersState.room == room.room, MembersState.may.add, False)
    return rx.fragment(
        islands.asked_dialog(what=ASKED, dialog=INVITE_DIALOG, room=room.room, on_open=InvitesState.look),
        rx.el.dialog(
            rx.el.header(
                rx.el.h2("Invite to ", rx.el.bdi(room.name), id="invite-t"),
                icon_button("x", "Close", on_click=islands.close_dialog(INVITE_DIALOG)),
            ),
            rx.el.div(_by_link(), rx.cond(may, _by_name()), class_name="dlg-b split"),
            id=INVITE_DIALOG,
            class_name="dlg form-d",
            custom_attrs={"aria-labelledby": "invite-t", "data-aside": "close"},
        ),
    )
