"""What stands over the chat before and after a call: somebody calls, the preview, how it ended."""

import reflex as rx

from chatbeside.ui import avatar, live
from chatbeside.ui.calls import component, values
from chatbeside.ui.calls.controls import camera_button, device_select, microphone_button, round_button
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon, icon_button


def incoming() -> rx.Component:
    """Return the dialog of a call that rings here. It goes away by itself when it is answered elsewhere."""
    call = values.call()
    return component.dialog(
        rx.el.div(
            avatar.person(call.peer_id, call.avatar_url, size="s72"),
            avatar.person(live.me().id, live.me().avatar_url, size="s48 back2"),
            class_name="pair",
        ),
        rx.el.h2(rx.el.bdi(call.name), " is calling you"),
        rx.el.p(rx.cond(call.kind == "video", "Call with picture", "Call with sound")),
        rx.el.div(
            round_button("phone-off", "Decline", class_name="red", on_click=values.decline()),
            round_button("mic", "Sound only", class_name="green", on_click=values.accept("audio")),
            round_button("video", "With picture", class_name="green", on_click=values.accept("video")),
            class_name="ring-b",
        ),
        rx.el.button(
            icon("message-square"),
            "Answer with a message",
            type="button",
            class_name="tb wideb",
            on_click=values.answer_by_message(),
        ),
        label=call.name + " is calling you",
        alert=True,
        class_name="dlg ring",
    )


def preview() -> rx.Component:
    """Return the dialog before a call: how one looks, which devices, and whether the microphone hears anything."""
    call = values.call()
    return component.dialog(
        rx.el.header(
            rx.el.h2(
                rx.match(call.joins, ("join", "Join the call in "), ("begin", "Start a call in "), "Call "),
                rx.el.bdi(call.name),
            ),
            rx.el.p(rx.cond(call.camera, "With picture", "With sound")),
            icon_button("x", "Close", on_click=values.dismiss()),
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    call.own_picture,
                    component.picture("preview", "Your picture", mirrored=True),
                    rx.el.div(avatar.person(live.me().id, live.me().avatar_url, size="s96"), class_name="novid"),
                ),
                rx.el.div(
                    microphone_button("Microphone", pressed=~call.muted, class_name="cbtn"),
                    rx.cond(call.bot, rx.fragment(), camera_button(class_name="cbtn")),
                    class_name="pre-c",
                ),
                class_name="stage pre-v",
            ),
            rx.el.div(
                device_select("Microphone", "mic", call.microphones, call.microphone, values.use_device("microphone")),
                component.level(label="Microphone level"),
                rx.cond(
                    call.bot,
                    rx.fragment(),
                    device_select("Camera", "video", call.cameras, call.picture_from, values.use_device("camera")),
                ),
                device_select("Speaker", "volume-2", call.speakers, call.speaker, values.use_device("speaker")),
                rx.el.button(
                    icon("volume-2"),
                    "Play a test sound",
                    type="button",
                    class_name="tb",
                    on_click=values.test_speaker(),
                ),
                link(
                    icon("signal-high"),
                    "Test my connection and devices",
                    to="/devices",
                    class_name="tb",
                    on_click=values.dismiss(),
                ),
                class_name="pre-f",
            ),
            class_name="pre-g",
        ),
        rx.cond(call.help, rx.el.p(icon("circle-alert"), call.help, class_name="pre-h", role="status"), rx.fragment()),
        rx.el.footer(
            rx.el.label(
                rx.el.input(type="checkbox", checked=call.ask, on_change=values.toggle_ask()),
                rx.el.i(),
                "Ask again next time",
                class_name="sw",
            ),
            rx.el.span(),
            rx.el.button("Not now", type="button", class_name="btn sec", on_click=values.dismiss()),
            rx.el.button(
                icon("phone"),
                rx.match(call.joins, ("join", "Join"), ("begin", "Start"), "Call"),
                type="button",
                class_name="btn pri",
                on_click=values.ring(),
                auto_focus=True,
            ),
        ),
        label="Before the call",
        class_name="dlg pre",
        on_escape=values.dismiss(),
    )


def ended() -> rx.Component:
    """Return the card that says how a call ended."""
    call = values.call()
    return rx.el.section(
        rx.cond(call.bot, avatar.assistant("s48"), avatar.person(call.peer_id, call.avatar_url, size="s48")),
        rx.el.div(
            rx.el.h2(call.title),
            rx.cond(call.ended_line, rx.el.p(call.ended_line), rx.fragment()),
            role="status",
        ),
        icon_button("x", "Close", on_click=values.dismiss()),
        rx.cond(
            call.again,
            rx.el.button(icon("phone"), call.again, type="button", class_name="btn sec", on_click=values.again()),
            rx.fragment(),
        ),
        class_name="call-end",
        custom_attrs={"aria-label": "The call has ended"},
    )
