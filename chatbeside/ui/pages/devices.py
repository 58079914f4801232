"""The test of devices and connection: what a call needs, tried out with the server's echo."""

from typing import Final

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui import live
from chatbeside.ui.calls import call_back, check
from chatbeside.ui.calls.controls import device_select
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon

DEVICES_PAGE: Final = "/devices"
LINK_WORDS: Final = "Test my connection and devices"

_STATES = {"busy": "Trying", "ask": "Your turn", "ok": "Works", "bad": "Does not work", "off": "Not tried"}


def _mark(state: Var[str]) -> rx.Component:
    """Return the state as a sign with its word: never by colour alone."""
    sign = rx.match(
        state,
        ("ok", icon("check")),
        ("bad", icon("circle-alert")),
        ("busy", icon("clock-3")),
        ("ask", icon("volume-2")),
        ("off", icon("x")),
        rx.fragment(),
    )
    return rx.el.span(
        sign,
        rx.match(state, *_STATES.items(), ""),
        class_name="mark",
        custom_attrs={"data-state": state},
    )


def _finding(name: str, sign: str, found: Var[check.Finding], what: str, *more: rx.Component) -> rx.Component:
    return rx.el.li(
        icon(sign),
        rx.el.div(
            rx.el.h2(name),
            rx.el.p(rx.cond(found.text, found.text, what), role="status"),
            *more,
        ),
        _mark(found.state),
        custom_attrs={"data-finding": name},
    )


def _microphone(now: Var[check.CheckView]) -> rx.Component:
    return _finding(
        "Microphone",
        "mic",
        now.microphone,
        "Whether others can hear you.",
        rx.cond(now.phase == "running", check.level(label="Microphone level")),
        device_select("Microphone", "mic", now.microphones, now.chosen_microphone, check.use("microphone")),
    )


def _camera(now: Var[check.CheckView]) -> rx.Component:
    return _finding(
        "Camera",
        "video",
        now.camera,
        "Whether others can see you. The picture goes to the server's echo and is not kept.",
        rx.cond(now.picture, check.picture(label="Your picture", class_name="mirrored")),
        device_select("Camera", "video", now.cameras, now.chosen_camera, check.use("camera")),
    )


def _speaker(now: Var[check.CheckView]) -> rx.Component:
    return _finding(
        "Speaker",
        "volume-2",
        now.speaker,
        "Whether you hear others.",
        device_select("Speaker", "volume-2", now.speakers, now.chosen_speaker, check.use("speaker")),
        rx.el.div(
            rx.el.button(icon("volume-2"), "Play the tone", type="button", class_name="btn sec", on_click=check.play()),
            rx.cond(
                now.played,
                rx.fragment(
                    rx.el.button("I heard it", type="button", class_name="btn sec", on_click=check.heard(yes=True)),
                    rx.el.button(
                        "I heard nothing", type="button", class_name="btn sec", on_click=check.heard(yes=False)
                    ),
                ),
            ),
            class_name="acts",
        ),
    )


def _echo(now: Var[check.CheckView]) -> rx.Component:
    return _finding(
        "Hear yourself",
        "audio-lines",
        now.echo,
        "What you say comes back from the server a second later. With headphones it sounds best.",
        rx.cond(
            now.blocked,
            rx.el.button("Play what comes back", type="button", class_name="btn sec", on_click=check.listen()),
        ),
    )


def devices() -> rx.Component:
    """Return the page. Nothing is opened or sent before the button was pressed."""
    now = check.check()
    back = {"aria-label": "Back to settings"}
    button = rx.cond(
        now.phase == "running",
        rx.el.button("Stop", type="button", class_name="btn sec", on_click=check.stop()),
        rx.el.button(
            rx.cond(now.phase == "over", "Test again", "Start the test"),
            type="button",
            class_name="btn pri",
            on_click=check.start(),
        ),
    )
    return rx.fragment(
        live.bridge(),
        call_back(),
        check.sound(),
        rx.el.main(
            rx.el.div(
                rx.el.header(
                    rx.el.h1(link(icon("arrow-left"), to="/settings", class_name="ib", custom_attrs=back), LINK_WORDS),
                    rx.el.p(
                        "Tries microphone, camera, speaker and network before a call needs them. The server sends back"
                        " what it gets and keeps nothing. It takes half a minute."
                    ),
                    rx.el.div(
                        button,
                        rx.el.b(now.title, role="status", class_name=rx.cond(now.good, "good", "")),
                        class_name="acts",
                    ),
                ),
                rx.el.ul(
                    _microphone(now),
                    _camera(now),
                    _speaker(now),
                    _echo(now),
                    _finding("Direct way", "signal-high", now.direct, "Sound and picture take the shortest way."),
                    _finding("Relay", "shield", now.relay, "Carries calls where firewalls let nothing else through."),
                ),
                class_name="check",
            ),
            class_name="check-log",
        ),
    )
