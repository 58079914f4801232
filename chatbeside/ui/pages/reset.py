"""A forgotten password: asking for a link, and choosing a new one."""

from typing import Any

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.components.brand import brand
from chatbeside.ui.components.fields import text_field
from chatbeside.ui.components.links import link
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.states.reset import ResetState

FORGOT_PAGE = "/forgot"


def _page(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.main(brand(30), rx.el.div(rx.el.h1(title), *children, class_name="door-f"), class_name="door-l"),
        islands.mosaic(),
        class_name="door",
    )


def _form(*children: rx.Component, button: str, on_submit: Any) -> rx.Component:
    return rx.el.form(
        unanswered(),
        trouble(ResetState.trouble),
        *children,
        rx.el.button(button, type="submit", class_name="btn pri big"),
        on_submit=on_submit,
        reset_on_submit=False,
        custom_attrs={"noValidate": True},
    )


def _said(words: str, *, to: str = "/login", way: str = "To the log-in") -> rx.Component:
    return rx.fragment(rx.el.p(words, class_name="lead", role="status"), link(way, to=to, class_name="btn pri big"))


def forgot() -> rx.Component:
    """Return the page that asks for the address."""
    form = rx.fragment(
        rx.el.p("Enter the address of your account. We send you a link to choose a new one.", class_name="lead"),
        _form(
            text_field(
                "E-mail",
                "email",
                kind="email",
                error=ResetState.errors["email"],
                auto_complete="email",
                max_length=320,
            ),
            button="Send the link",
            on_submit=ResetState.ask,
        ),
        rx.el.p(link("Back to the log-in", to="/login"), class_name="fine"),
    )
    sent = _said(
        "If there is an account with this address, a mail is on its way. The link in it works once, within one hour."
    )
    no_mail = _said(
        "This server sends no mail. Ask whoever runs it: an administrator can make a link for you that works once."
    )
    # Hidden, not taken away: the state of an earlier visit may say "done" for a moment after the page is back,
    # and what somebody typed by then must stay.
    asking = rx.fragment(rx.cond(ResetState.done, sent), rx.el.div(form, hidden=ResetState.done))
    return _page("Forgot your password?", rx.cond(ResetState.by_mail, asking, no_mail))


def reset() -> rx.Component:
    """Return the page on which a link lands."""
    form = rx.fragment(
        rx.el.p("For the account ", rx.el.b(rx.el.bdi(ResetState.whose)), ".", class_name="lead"),
        _form(
            islands.password_field(
                label="New password",
                name="password",
                error=ResetState.errors["password"],
                help="At least 8 characters. A few words in a row are good.",
                meter=True,
                auto_complete="new-password",
            ),
            button="Save the password",
            on_submit=ResetState.redeem,
        ),
    )
    over = _said("This link has been used or is too old.", to=FORGOT_PAGE, way="Ask for a new one")
    done = _said("Your password is changed, and all devices are logged out. Log in with the new one.")
    return _page(
        "A new password",
        rx.cond(ResetState.over, over, rx.cond(ResetState.done, done, rx.cond(ResetState.whose, form))),
    )
