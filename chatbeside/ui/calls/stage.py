"""A call that goes on: over everything, or in a small window beside the chat. Always dark, as faces like it."""

from typing import Any

import reflex as rx

from chatbeside.ui import avatar
from chatbeside.ui.calls import component, values
from chatbeside.ui.calls.controls import camera_button, controls, device_select, microphone_button
from chatbeside.ui.icons import icon, icon_button


def _bars() -> rx.Component:
    call = values.call()
    return rx.el.span(
        *(rx.el.i(class_name=rx.cond(call.bars > number, "on", "")) for number in range(4)),
        class_name="net",
        role="img",
        title=call.bars.to_string() + " of 4",
        custom_attrs={"aria-label": "Connection: " + call.bars.to_string() + " of 4"},
    )


def _name_tag() -> rx.Component:
    call = values.call()
    return rx.el.figcaption(
        rx.cond(call.remote_muted, icon("mic-off", "pale"), rx.cond(call.speaking, icon("audio-lines"), rx.fragment())),
        rx.cond(call.remote_muted, rx.el.span("Muted", class_name="hide"), rx.fragment()),
        rx.el.bdi(call.name),
        rx.cond(call.since > 0, _bars(), rx.fragment()),
        rx.cond(call.network, rx.el.span(call.network, role="status"), rx.fragment()),
        class_name="nm",
    )


def _tile() -> rx.Component:
    call = values.call()
    return rx.el.figure(
        rx.cond(
            call.remote_picture,
            component.picture(
                "remote",
                rx.cond(call.remote_screen, "Screen of ", "Picture of ") + call.name,
                class_name=rx.cond(call.remote_screen, "whole", ""),
            ),
            rx.el.div(
                rx.cond(call.bot, avatar.assistant("s96"), avatar.person(call.peer_id, call.avatar_url, size="s96")),
                rx.cond(
                    call.line,
                    rx.el.p(call.line, role="status"),
                    rx.cond((call.kind == "video") & (call.since > 0), rx.el.p("Camera off"), rx.fragment()),
                ),
                class_name="novid",
            ),
        ),
        _name_tag(),
        class_name=rx.cond(call.speaking, "tile speak", rx.cond(call.weak, "tile weak", "tile")),
    )


def _own() -> rx.Component:
    call = values.call()
    return rx.cond(
        call.own_picture,
        rx.el.figure(
            component.picture("own", "Your picture", mirrored=~call.screen),
            rx.el.figcaption(rx.cond(call.screen, "Your screen", "You"), class_name="nm"),
            class_name="selfv",
        ),
        rx.fragment(),
    )


def _mark() -> rx.Component:
    """Return what everybody sees while the call is recorded."""
    return rx.cond(
        values.call().recording == "on",
        rx.el.span("Recording", class_name="rec", role="status"),
        rx.fragment(),
    )


def _written() -> rx.Component:
    """Return what both see while the words of one of them are written down: only that one's sound is at the server."""
    call, own = values.call(), values.captions().on

    def mark(whose: Any, title: Any) -> rx.Component:
        return rx.el.span(
            icon("message-square"), rx.el.span("Captions: ", whose), class_name="capt", title=title, role="status"
        )

    return rx.cond(
        call.remote_captions,
        rx.cond(
            own,
            mark("both", "What each of you says goes to the server as well, which writes it into your conversation."),
            mark(
                rx.el.bdi(call.name),
                "What " + call.name + " says goes to the server as well, which writes it into your conversation."
                " What you say does not.",
            ),
        ),
        rx.cond(
            own,
            mark("you", "What you say goes to the server as well, which writes it into your conversation."),
            rx.fragment(),
        ),
    )


def _recording_choice() -> rx.Component:
    call = values.call()
    return rx.match(
        call.recording,
        (
            "on",
            rx.el.button(
                icon("square"), "Stop recording", type="button", class_name="tb", on_click=values.record(on=False)
            ),
        ),
        ("asking", rx.fragment()),
        ("asked", rx.fragment()),
        rx.el.button(
            icon("circle-dot"), "Record this call", type="button", class_name="tb", on_click=values.record(on=True)
        ),
    )


def _captions_choice() -> rx.Component:
    """Return the switch that lets one's own words be written down; nobody can turn it on for somebody else."""
    now, call = values.captions(), values.call()
    return rx.el.div(
        rx.el.button(
            icon(rx.cond(now.on | now.busy, "square", "message-square")),
            rx.cond(now.on | now.busy, "Stop writing down what I say", "Write down what I say"),
            type="button",
            class_name="tb",
            on_click=values.toggle_captions(),
            custom_attrs={"aria-pressed": rx.cond(now.on | now.busy, "true", "false")},
        ),
        rx.el.p(
            rx.cond(
                now.words,
                now.words,
                rx.cond(
                    now.on,
                    "Your words go to the server as well and become messages of yours. " + call.name + " is told.",
                    "As messages of yours in this conversation. Only your own words.",
                ),
            ),
            role="status",
        ),
        class_name="call-capt",
    )


def _recording_request() -> rx.Component:
    """Return the question whether the call may be recorded, on both sides, and how a recording ended."""
    call = values.call()
    no = rx.el.button("No", type="button", class_name="btn sec", on_click=values.record(on=False))
    yes = rx.el.button("Record it", type="button", class_name="btn pri", on_click=values.record(on=True))
    back = rx.el.button("Do not ask", type="button", class_name="btn sec", on_click=values.record(on=False))
    return rx.match(
        call.recording,
        (
            "asked",
            rx.el.div(
                rx.el.p(rx.el.b(rx.el.bdi(call.name), " asks to record this call."), role="alert"),
                rx.el.p(
                    "While it is recorded, sound and picture go through the server."
                    " You both find the file in your conversation afterwards, and each of you can stop it."
                ),
                rx.el.div(no, yes, class_name="acts"),
                class_name="call-help ask-rec",
            ),
        ),
        (
            "asking",
            rx.el.div(
                rx.el.p("Waiting until ", rx.el.bdi(call.name), " agrees to be recorded…", role="status"),
                rx.el.div(back, class_name="acts"),
                class_name="call-help ask-rec",
            ),
        ),
        rx.cond(
            call.recording_line,
            rx.el.p(call.recording_line, class_name="call-help", role="status"),
            rx.fragment(),
        ),
    )


def _more() -> rx.Component:
    call = values.call()
    return rx.el.aside(
        device_select("Microphone", "mic", call.microphones, call.microphone, values.use_device("microphone")),
        rx.cond(
            call.bot,
            rx.fragment(),
            device_select("Camera", "video", call.cameras, call.picture_from, values.use_device("camera")),
        ),
        device_select("Speaker", "volume-2", call.speakers, call.speaker, values.use_device("speaker")),
        rx.cond(
            call.remote_picture & call.floats,
            rx.el.button(
                icon("picture-in-picture-2"),
                "Window over other programs",
                type="button",
                class_name="tb",
                on_click=values.picture_in_picture(),
            ),
            rx.fragment(),
        ),
        rx.cond((call.since > 0) & ~call.bot, _recording_choice(), rx.fragment()),
        rx.cond((call.since > 0) & ~call.bot, _captions_choice(), rx.fragment()),
        rx.cond(
            (call.code != "") & ~call.bot,
            rx.el.div(
                rx.el.h3("Code of this call"),
                rx.el.output(call.code),
                rx.el.p("Read it to each other. When both see the same, nobody listens in between."),
                class_name="call-code",
            ),
            rx.fragment(),
        ),
        class_name="call-more",
        custom_attrs={"aria-label": "Devices and security"},
    )


def _trouble() -> rx.Component:
    call, captions = values.call(), values.captions()
    return rx.fragment(
        rx.cond(
            call.blocked,
            rx.el.button(
                icon("volume-2"),
                "The browser holds the sound back. Play it",
                type="button",
                class_name="btn pri call-help",
                on_click=values.listen(),
            ),
            rx.cond(
                call.help,
                rx.el.p(icon("circle-alert"), call.help, class_name="call-help", role="status"),
                # Beside the panel with the choice, which is mostly shut: who talks on believes to be written down.
                rx.cond(
                    captions.words,
                    rx.el.p(icon("circle-alert"), captions.words, class_name="call-help", role="status"),
                ),
            ),
        ),
    )


def _way() -> rx.Component:
    """Return how what is said goes, once it does."""
    call = values.call()
    return rx.el.span(
        icon("lock-keyhole"),
        rx.cond(
            call.bot,
            "To the server, encrypted",
            rx.cond(
                call.forwarded,
                "Through the server, encrypted",
                rx.cond(call.relayed, "Relayed and encrypted", "Direct and encrypted"),
            ),
        ),
        class_name="ok",
    )


def large() -> rx.Component:
    """Return the call over everything."""
    call = values.call()
    return component.dialog(
        rx.el.header(
            rx.el.h2(rx.el.bdi(call.name)),
            component.clock(since=call.since),
            rx.el.div(
                rx.cond(call.since > 0, _way()),
                _mark(),
                _written(),
                class_name="call-w",
            ),
            rx.el.span(class_name="sp"),
            rx.el.button(
                icon("picture-in-picture-2"),
                type="button",
                title="Small window",
                class_name="cbtn sm",
                on_click=values.shrink(),
                custom_attrs={"aria-label": "Small window"},
            ),
            rx.el.button(
                icon("message-square"),
                type="button",
                title="Chat",
                class_name="cbtn sm",
                on_click=values.shrink(),
                custom_attrs={"aria-label": "Chat"},
            ),
            class_name="call-h",
        ),
        rx.el.div(_tile(), class_name="tiles"),
        _own(),
        _trouble(),
        _recording_request(),
        rx.cond(call.more, _more(), rx.fragment()),
        controls(),
        class_name="stage call",
        label="Call with " + call.name,
        on_escape=values.shrink(),
    )


def small() -> rx.Component:
    """Return the small window, so that chats can be read meanwhile."""
    call = values.call()
    return rx.el.section(
        rx.el.div(
            _tile(),
            rx.cond(
                call.own_picture,
                rx.el.div(component.picture("own", "Your picture", mirrored=~call.screen), class_name="pip-s"),
                rx.fragment(),
            ),
            icon_button("maximize-2", "Back to the call", class_name="up", on_click=values.grow()),
            rx.el.div(_mark(), _written(), class_name="marks"),
            class_name="pip-v",
        ),
        _recording_request(),
        rx.el.div(
            component.clock(since=call.since),
            rx.cond(call.since > 0, rx.fragment(), rx.el.time(call.line)),
            microphone_button(rx.cond(call.muted, "Unmute", "Mute"), pressed=call.muted, class_name="ib"),
            camera_button(class_name="ib"),
            icon_button("phone-off", "Leave", class_name="red", on_click=values.leave()),
            class_name="pip-c",
        ),
        class_name="stage pip",
        role="dialog",
        custom_attrs={"aria-label": "Call with " + call.name},
    )
