"""Pictures of people, rooms and the assistant."""

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui import live
from chatbeside.ui.icons import icon, mark
from chatbeside.ui.live.shapes import Find


def person(
    user_id: Var[str] | str, picture: Var[str] | str = "", *, size: str = "s36", presence: Var[str] | str = ""
) -> rx.Component:
    """Return a person's picture, their own or the one drawn from their id. Decoration: stand the name beside it.

    Args:
        user_id: Whose picture.
        picture: The address of their own picture, or nothing.
        size: A size class, ``s16`` to ``s72``.
        presence: ``online`` shows a dot, ``away`` a ring, anything else nothing.
    """
    return rx.el.span(
        rx.el.img(src=live.avatar_url(user_id, picture), alt="", loading="lazy", custom_attrs={"decoding": "async"}),
        presence_mark(presence),
        class_name=f"av {size}",
    )


def own_presence() -> Var[str]:
    """Return ``online`` while this page is connected, else nothing."""
    return rx.cond(live.connection().state == "online", "online", "")


def presence_mark(presence: Var[str] | str) -> rx.Component:
    """Return the dot (online) or ring (away) at the edge of a picture, with words for those who do not see it."""
    return rx.match(
        presence,
        ("online", rx.el.i(rx.el.span("online", class_name="hide"), class_name="pr online", title="Online")),
        ("away", rx.el.i(rx.el.span("away", class_name="hide"), class_name="pr away", title="Away")),
        rx.fragment(),
    )


def assistant(size: str = "s36") -> rx.Component:
    """Return the assistant's picture: the mark on a honey tile."""
    return rx.el.span(mark(20), class_name=f"av bot {size}")


def room_tile(public: Var[bool] | bool, size: str = "s36", picture: Var[str] | str = "") -> rx.Component:
    """Return a room's picture, or its tile: a hash, or a lock when one has to be let in.

    Args:
        public: Whether everybody may come in.
        size: A size class.
        picture: The address of its picture, ready to be shown, or nothing.
    """
    sign = rx.cond(public, icon("hash"), icon("lock"))
    shown = sign
    if not isinstance(picture, str):
        image = rx.el.img(src=picture, alt="", loading="lazy", custom_attrs={"decoding": "async"})
        shown = rx.cond(picture, image, sign)
    return rx.el.span(shown, class_name=f"av room {size}")


def conversation(row: Var[live.RoomRow] | Var[live.RoomView] | Var[Find], size: str = "s36") -> rx.Component:
    """Return the picture of a conversation: the assistant's, the room's or the other person's."""
    return rx.cond(
        row.bot,
        assistant(size),
        rx.cond(
            row.kind == "group",
            room_tile(row.public, size, row.avatar_url),
            person(row.avatar_id, row.avatar_url, size=size, presence=row.presence),
        ),
    )
