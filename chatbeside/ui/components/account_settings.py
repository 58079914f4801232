"""Settings: name, address and password."""

from typing import Any

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.fields import text_field
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.states.account import AccountState


def _form(about: str, *children: rx.Component, button: str, on_submit: Any, key: Any = None) -> rx.Component:
    mine = AccountState.about == about
    end = rx.el.div(
        rx.el.button(button, type="submit", class_name="btn pri"),
        rx.el.p(rx.cond(mine, AccountState.said, ""), role="status", class_name="said"),
        class_name="end",
    )
    form = rx.el.form(
        trouble(rx.cond(mine, AccountState.trouble, "")),
        *children,
        end,
        on_submit=on_submit,
        reset_on_submit=False,
        class_name="own",
        custom_attrs={"noValidate": True},
    )
    # Another key makes the form anew: what was typed as a password is gone from the page.
    return rx.fragment(form, key=key) if key is not None else form


def _error(about: str, field: str) -> Var[str]:
    return rx.cond(AccountState.about == about, AccountState.errors[field], "")


def profile_settings() -> rx.Component:
    """Return who one is here, and the name that others see."""
    me = live.me()
    name = rx.cond(
        me.id,
        text_field(
            "Name that others see",
            "display_name",
            error=_error("name", "displayName"),
            hint="Empty for your user name, by which you are found and called.",
            default_value=me.display_name,
            auto_complete="name",
            max_length=200,
            required=False,
        ),
    )
    return rx.el.section(
        rx.el.div(
            avatar.person(me.id, me.avatar_url, size="s72"),
            rx.el.div(
                rx.el.b(rx.el.bdi(me.display_name)),
                rx.el.p("@" + me.username + rx.cond(me.email, ", " + me.email, "")),
                islands.picture_choice(path="/api/auth/me/avatar", has=me.avatar_url.contains("/avatar?"), what="you"),
            ),
            class_name="prof",
        ),
        _form("name", name, button="Save", on_submit=AccountState.save_name),
    )


def password_settings() -> rx.Component:
    """Return the forms for another password and another address."""
    password = _form(
        "password",
        islands.password_field(
            label="Present password",
            name="present",
            error=_error("password", "present"),
            help="",
            meter=False,
            auto_complete="current-password",
        ),
        islands.password_field(
            label="New password",
            name="password",
            error=_error("password", "password"),
            help="At least 8 characters. Your other devices are logged out.",
            meter=True,
            auto_complete="new-password",
        ),
        button="Change the password",
        on_submit=AccountState.change_password,
        key="p" + AccountState.done.to_string(),
    )
    email = _form(
        "email",
        text_field(
            "New e-mail address",
            "email",
            kind="email",
            error=_error("email", "email"),
            hint="For logging in and for a forgotten password. Nobody else sees it.",
            auto_complete="email",
            max_length=320,
        ),
        islands.password_field(
            label="Your password",
            name="email_password",
            error=_error("email", "password"),
            help="",
            meter=False,
            auto_complete="current-password",
        ),
        button="Change the address",
        on_submit=AccountState.save_email,
        key="e" + AccountState.done.to_string(),
    )
    return rx.el.section(password, rx.el.hr(), email)
