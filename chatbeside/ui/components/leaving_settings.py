"""Settings: taking one's data along, and deleting the account."""

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.components.fields import text_field
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.icons import icon
from chatbeside.ui.states.factor import FactorState
from chatbeside.ui.states.leaving import LeavingState


def leaving_settings() -> rx.Component:
    """Return the section."""
    export = rx.el.div(
        rx.el.span(
            rx.el.b("Take your data along"),
            rx.el.em("One ZIP file with your profile, your conversations, what you wrote and its files."),
        ),
        rx.el.a(
            icon("download"),
            "Download",
            href="/api/auth/export",
            class_name="btn sec",
            custom_attrs={"reloadDocument": True, "download": "chatbeside.zip"},
        ),
        class_name="line",
    )
    form = rx.el.form(
        trouble(LeavingState.trouble),
        rx.el.p(
            "You cannot come back. What you wrote stays for the others, under the name “Deleted account”, unless you"
            " have it deleted too. Rooms of yours go to the admin or member who is there longest. Your name is"
            " nobody's for 90 days.",
            class_name="help",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="leave_messages"),
            "Delete my messages and files too, in all conversations that I am in",
            class_name="agree",
        ),
        islands.password_field(
            label="Your password",
            name="leave_password",
            error=LeavingState.errors["password"],
            help="",
            meter=False,
            auto_complete="current-password",
        ),
        rx.cond(
            FactorState.on,
            text_field(
                "Code",
                "leave_code",
                error=LeavingState.errors["code"],
                hint="Of your app, or a recovery code.",
                auto_complete="one-time-code",
                max_length=40,
            ),
        ),
        rx.el.div(rx.el.button("Delete my account", type="submit", class_name="btn danger"), class_name="end"),
        on_submit=LeavingState.delete,
        reset_on_submit=False,
        class_name="own",
        custom_attrs={"noValidate": True},
    )
    return rx.el.section(export, rx.el.details(rx.el.summary("Delete your account"), form))
