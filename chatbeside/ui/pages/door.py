"""Sign-up and log-in: the same door with two faces."""

from typing import Any

import reflex as rx

from chatbeside.ui import islands, live
from chatbeside.ui.components.brand import brand
from chatbeside.ui.components.fields import text_field
from chatbeside.ui.components.links import link
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon
from chatbeside.ui.pages.reset import FORGOT_PAGE
from chatbeside.ui.states.door import DoorState


def _faces(current: str) -> rx.Component:
    faces = [
        link(name, to=path + DoorState.keeping, custom_attrs={"aria-current": "page"} if path == current else {})
        for path, name in (("/signup", "Sign up"), ("/login", "Log in"))
    ]
    return rx.el.nav(*faces, class_name="seg", custom_attrs={"aria-label": "Sign up or log in"})


def _ended() -> rx.Component:
    return rx.cond(
        DoorState.ended,
        rx.el.p(icon("lock"), rx.el.span(DoorState.ended), class_name="told", role="status"),
    )


def _invited() -> rx.Component:
    return rx.fragment(
        "You are invited to the room ", rx.el.b(rx.el.bdi(DoorState.invited_to)), ". This is the way in."
    )


def _door(current: str, title: str, lead: str | rx.Var[str], form: rx.Component) -> rx.Component:
    return rx.el.div(
        live.session_exchange(ticket=DoorState.ticket, next=DoorState.next_page, on_refused=DoorState.ticket_refused),
        rx.el.main(
            brand(30),
            rx.el.div(
                _faces(current),
                rx.el.h1(title),
                _ended(),
                rx.el.p(rx.cond(DoorState.invited_to, _invited(), lead), class_name="lead"),
                form,
                rx.el.p(icon("shield"), "Your messages are kept on this server.", class_name="fine"),
                class_name="door-f",
            ),
            class_name="door-l",
        ),
        islands.mosaic(),
        class_name="door",
    )


def _form(*children: rx.Component, on_submit: Any) -> rx.Component:
    # The server says what is wrong, beside the field; the browser's own bubbles would hide the rest.
    return rx.el.form(
        unanswered(),
        trouble(DoorState.trouble),
        *children,
        on_submit=on_submit,
        reset_on_submit=False,
        custom_attrs={"noValidate": True},
    )


def _submit(words: str) -> rx.Component:
    return rx.el.button(words, type="submit", class_name="btn pri big")


def _elsewhere() -> rx.Component:
    """Return the way in through another provider, if the server knows one."""
    return rx.cond(
        DoorState.provider,
        rx.el.a(
            "Log in with " + DoorState.provider,
            href="/api/auth/oidc/begin?next=" + DoorState.next_escaped,
            class_name="btn sec big",
            custom_attrs={"reloadDocument": True},
        ),
    )


def sign_up() -> rx.Component:
    """Return the sign-up page."""
    form = _form(
        text_field(
            "Name",
            "username",
            error=DoorState.errors["username"],
            hint="Others find you by it. Letters, digits, dots and dashes.",
            auto_complete="username",
            max_length=64,
        ),
        text_field(
            "E-mail",
            "email",
            kind="email",
            error=DoorState.errors["email"],
            hint="For logging in. Nobody else sees it.",
            auto_complete="email",
            max_length=320,
        ),
        islands.password_field(
            label="Password",
            name="password",
            error=DoorState.errors["password"],
            help="At least 8 characters. A few words in a row are good.",
            meter=True,
            auto_complete="new-password",
        ),
        _submit("Create account"),
        on_submit=DoorState.sign_up,
    )
    return _door(
        "/signup", "Take a seat", "A place to talk, two by two and in rooms, that runs on a server of your own.", form
    )


def log_in() -> rx.Component:
    """Return the log-in page."""
    form = _form(
        text_field(
            "Name or e-mail",
            "username",
            error=DoorState.errors["username"],
            auto_complete="username",
            max_length=320,
        ),
        islands.password_field(
            label="Password",
            name="password",
            error=DoorState.errors["password"],
            help="",
            meter=False,
            auto_complete="current-password",
        ),
        _submit("Log in"),
        _elsewhere(),
        rx.el.p(link("Forgot your password?", to=FORGOT_PAGE), class_name="more"),
        on_submit=DoorState.log_in,
    )
    code = _form(
        text_field(
            "Code",
            "code",
            error=DoorState.errors["code"],
            hint="Six digits that your app shows now, or one of your recovery codes.",
            auto_complete="one-time-code",
            auto_focus=True,
            max_length=40,
        ),
        _submit("Go on"),
        rx.el.p(
            rx.el.button("Start over", type="button", class_name="tb", on_click=DoorState.start_over), class_name="more"
        ),
        on_submit=DoorState.log_in_code,
    )
    form = rx.cond(DoorState.asks_code, rx.fragment(code, key="code"), rx.fragment(form, key="password"))
    lead = rx.cond(
        DoorState.asks_code,
        "Your password is right. Now the second step: a code.",
        "Your seat is still warm. Log in with your name or e-mail.",
    )
    return _door("/login", "Welcome back", lead, form)
