"""Settings: the second step of a log-in."""

from typing import Any

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.components.fields import text_field
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.icons import icon
from chatbeside.ui.states.factor import CODES_FIELD, SECRET_FIELD, FactorState

_PICTURE = "/api/auth/second-factor/picture?"


def _form(*children: rx.Component, on_submit: Any, class_name: str = "own") -> rx.Component:
    return rx.el.form(
        *children,
        on_submit=on_submit,
        reset_on_submit=True,
        class_name=class_name,
        custom_attrs={"noValidate": True},
    )


def _password() -> rx.Component:
    return islands.password_field(
        label="Your password",
        name="factor_password",
        error=FactorState.errors["password"],
        help="",
        meter=False,
        auto_complete="current-password",
    )


def _code(name: str) -> rx.Component:
    """Return the field for a code that shows that the app, or a recovery code, is at hand."""
    return text_field(
        "Code",
        name,
        error=FactorState.errors["code"],
        hint="Of your app, or a recovery code.",
        auto_complete="one-time-code",
        max_length=40,
    )


def _off() -> rx.Component:
    return _form(
        rx.el.p(
            "A log-in then asks for the password and for a code that an app on your phone shows."
            " Whoever learns your password alone stays outside.",
            class_name="help",
        ),
        _password(),
        rx.el.div(rx.el.button("Set it up", type="submit", class_name="btn pri"), class_name="end"),
        on_submit=FactorState.begin,
    )


def _on() -> rx.Component:
    left = FactorState.codes_left
    renew = _form(
        rx.el.p(
            rx.el.b("It is on. "),
            rx.cond(left == 1, "One recovery code is left.", left.to_string() + " recovery codes are left."),
        ),
        _password(),
        _code("renew_code"),
        rx.el.div(
            rx.el.button("Make new recovery codes", type="submit", class_name="btn sec"),
            class_name="end",
        ),
        on_submit=FactorState.renew,
    )
    off = rx.el.details(
        rx.el.summary("Turn it off"),
        _form(
            _password(),
            _code("off_code"),
            rx.el.div(rx.el.button("Turn it off", type="submit", class_name="btn danger"), class_name="end"),
            on_submit=FactorState.turn_off,
        ),
    )
    return rx.fragment(renew, off)


def _app() -> rx.Component:
    """Return the picture for the app and the field for its first code; the secret's field is always in the page."""
    picture = rx.cond(
        FactorState.stage == "app",
        rx.el.img(
            src=_PICTURE + FactorState.tries.to_string(),
            alt="QR code with the secret; the same secret stands below as text.",
            width="245",
            height="245",
        ),
    )
    return rx.el.div(
        rx.el.p("1. Scan this with an authenticator app, or type the secret into it."),
        picture,
        rx.el.div(
            rx.el.label("Secret", html_for=SECRET_FIELD),
            rx.el.div(
                rx.el.input(id=SECRET_FIELD, read_only=True, spell_check=False, class_name="code"), class_name="in"
            ),
            class_name="f",
        ),
        rx.el.p("2. Enter the code that it shows then."),
        _form(
            text_field(
                "Code",
                "factor_code",
                error=FactorState.errors["code"],
                hint="Six digits.",
                auto_complete="one-time-code",
                input_mode="numeric",
                max_length=12,
            ),
            rx.el.div(
                rx.el.button("Turn it on", type="submit", class_name="btn pri"),
                rx.el.button("Cancel", type="button", class_name="btn", on_click=FactorState.close),
                class_name="end",
            ),
            on_submit=FactorState.confirm,
        ),
        class_name="factor",
        custom_attrs={"hidden": FactorState.stage != "app"},
    )


def _codes() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label("Recovery codes", html_for=CODES_FIELD),
            rx.el.div(
                rx.el.textarea(id=CODES_FIELD, read_only=True, rows="10", spell_check=False, class_name="code"),
                class_name="in",
            ),
            rx.el.p(
                "Keep them where you keep important papers: each lets you in once when the app is not at hand."
                " They are not shown again.",
                class_name="help",
            ),
            class_name="f",
        ),
        rx.el.div(
            rx.el.button("I have kept them", type="button", class_name="btn pri", on_click=FactorState.close),
            islands.copy_button(
                icon("copy"), label="Copy them", done="Copied", field=CODES_FIELD, class_name="btn sec"
            ),
            class_name="end",
        ),
        class_name="factor",
        custom_attrs={"hidden": FactorState.stage != "codes"},
    )


def factor_settings() -> rx.Component:
    """Return the section."""
    start = rx.cond(FactorState.stage == "", rx.cond(FactorState.on, _on(), _off()))
    return rx.el.section(
        trouble(FactorState.trouble),
        start,
        _app(),
        _codes(),
        rx.el.p(FactorState.said, role="status", class_name="said"),
        on_mount=FactorState.arrive,
    )
