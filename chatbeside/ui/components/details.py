"""Details of the open room, beside the conversation or over it."""

import reflex as rx

from chatbeside.ui import assistant, avatar, live
from chatbeside.ui.components.pinned import pinned
from chatbeside.ui.components.report_dialog import report_or_block
from chatbeside.ui.components.room_details import members, quick_settings, room_actions
from chatbeside.ui.components.room_files import room_files
from chatbeside.ui.components.talk_header import DETAILS_OVER
from chatbeside.ui.icons import icon_button
from chatbeside.ui.live import hands


def details() -> rx.Component:
    """Return the pane: picture, name, who is in the conversation."""
    room = live.room()
    me = live.me()
    peer = rx.cond(
        room.peer_id != me.id,
        rx.el.li(
            avatar.conversation(room, "s28"),
            rx.el.b(rx.el.bdi(room.name)),
            rx.el.span(room.status),
        ),
    )
    own = rx.el.li(
        avatar.person(me.id, me.avatar_url, size="s28", presence=avatar.own_presence()),
        rx.el.b(rx.el.bdi(me.display_name)),
        rx.el.span("You"),
    )
    people = rx.el.section(rx.el.h3("People", rx.el.span(room.members)), rx.el.ul(peer, own, class_name="who"))
    return rx.el.aside(
        icon_button(
            "x",
            "Close details",
            class_name="close",
            on_click=live.choose(DETAILS_OVER, ""),
            custom_attrs={"data-close-on-escape": ""},
        ),
        rx.el.header(
            avatar.conversation(room, "s72"),
            rx.el.h2(rx.el.bdi(room.name)),
            rx.el.p(rx.cond(room.topic, room.topic, room.status)),
            quick_settings(),
        ),
        rx.cond(room.kind == "direct", people, members()),
        hands.kept_loader(),
        pinned(),
        room_files(),
        assistant.status_section(),
        rx.cond(room.kind == "group", room_actions(), report_or_block()),
        class_name="details",
        custom_attrs={"aria-label": "Details"},
    )
