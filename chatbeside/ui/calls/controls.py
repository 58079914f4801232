"""The buttons of a call, always in one order: microphone, camera, share, more, leave."""

from typing import Any

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.calls import values
from chatbeside.ui.icons import icon, icon_button


def round_button(name: Any, label: Any, key: str = "", *, class_name: str = "", **props: Any) -> rx.Component:
    """Return a round button with an icon, its label below and the key that does the same."""
    keycap = [rx.el.kbd(key, custom_attrs={"aria-hidden": "true"})] if key else []
    attrs = {**({"aria-keyshortcuts": key} if key else {}), **props.pop("custom_attrs", {})}
    return rx.el.button(
        rx.el.span(icon(name) if isinstance(name, str) else name, class_name="cbtn"),
        rx.el.span(label, *keycap),
        type="button",
        class_name=f"cc {class_name}".strip(),
        custom_attrs=attrs,
        **props,
    )


def two_icons(condition: Var[bool], on: str, off: str) -> rx.Component:
    """Return the icon ``on`` where the condition holds, else ``off``."""
    return rx.cond(condition, icon(on), icon(off))


def camera_icon(on: Any) -> rx.Component:
    """Return the camera, struck through while it is off."""
    return rx.el.span(icon("video"), class_name=rx.cond(on, "cam", "cam struck"))


def microphone_button(label: Any, *, pressed: Any, class_name: str) -> rx.Component:
    """Return a button without words that mutes and unmutes."""
    return _plain_button(
        two_icons(values.call().muted, "mic-off", "mic"), label, values.toggle_mute(), pressed=pressed, look=class_name
    )


def camera_button(*, class_name: str) -> rx.Component:
    """Return a button without words that turns the camera on and off."""
    on = values.call().camera
    return _plain_button(camera_icon(on), "Camera", values.toggle_camera(), pressed=on, look=class_name)


def _plain_button(picture: rx.Component, label: Any, on_click: Any, *, pressed: Any, look: str) -> rx.Component:
    return rx.el.button(
        picture,
        type="button",
        class_name=look,
        on_click=on_click,
        custom_attrs={"aria-label": label, "aria-pressed": pressed},
    )


def controls() -> rx.Component:
    """Return the row of controls under a call."""
    call = values.call()
    camera = round_button(
        camera_icon(call.camera),
        rx.cond(call.camera, "Camera off", "Camera"),
        "V",
        on_click=values.toggle_camera(),
        custom_attrs={"aria-pressed": call.camera},
    )
    share = round_button(
        "monitor-up",
        rx.cond(call.screen, "Stop sharing", "Share"),
        "S",
        on_click=values.toggle_screen(),
        custom_attrs={"aria-pressed": call.screen},
    )
    return rx.el.div(
        round_button(
            two_icons(call.muted, "mic-off", "mic"),
            rx.cond(call.muted, "Unmute", "Mute"),
            "M",
            on_click=values.toggle_mute(),
            custom_attrs={"aria-pressed": call.muted},
        ),
        # The assistant has no eyes.
        rx.cond(call.bot, rx.fragment(), rx.fragment(camera, share)),
        round_button("ellipsis", "More", on_click=values.toggle_more(), custom_attrs={"aria-expanded": call.more}),
        round_button("phone-off", "Leave", class_name="red", on_click=values.leave()),
        class_name="ctrls",
        role="toolbar",
        custom_attrs={"aria-label": "Call controls"},
    )


def device_select(
    label: str, name: str, devices: Var[list[values.Device]], chosen: Var[str], on_change: Any
) -> rx.Component:
    """Return a labelled choice among devices of one kind."""
    return rx.el.label(
        rx.el.span(label),
        rx.el.span(
            icon(name),
            rx.el.select(
                rx.cond(devices.length() == 0, rx.el.option("None found", value=""), rx.fragment()),
                rx.foreach(devices, lambda each: rx.el.option(each.name, value=each.id, key=each.id)),
                value=chosen,
                on_change=on_change,
            ),
            icon("chevron-down"),
            class_name="sel",
        ),
        class_name="f",
    )


def start_buttons(room: Any) -> rx.Component:
    """Return the two buttons that call the other person of the open conversation; nothing in other rooms."""
    can = (room.kind == "direct") & (room.peer_id != "")
    return rx.cond(
        can,
        rx.fragment(
            icon_button("phone", "Call", on_click=values.start("audio", room.room, room.peer_id)),
            # The assistant has no eyes.
            rx.cond(
                room.bot,
                rx.fragment(),
                icon_button("video", "Call with picture", on_click=values.start("video", room.room, room.peer_id)),
            ),
        ),
        rx.fragment(),
    )
