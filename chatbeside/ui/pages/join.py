"""The page behind an invite link: which room it is, and the way in, by an account that is there or a new one."""

import reflex as rx

from chatbeside.ui import avatar
from chatbeside.ui.components.brand import brand
from chatbeside.ui.components.links import link
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.states.invites import JoinState


def _room() -> rx.Component:
    newcomer = rx.fragment(
        rx.el.div(
            link("Sign up and come in", to=JoinState.sign_up_page, class_name="btn pri"),
            link("Log in", to=JoinState.log_in_page, class_name="btn sec"),
            class_name="ways",
        ),
        rx.el.p("A place to talk that runs on a server of its own.", class_name="fine"),
    )
    known = rx.el.div(
        rx.el.button("Come in", type="button", class_name="btn pri", on_click=JoinState.accept),
        link("Not now", to="/", class_name="btn ghost"),
        class_name="ways",
    )
    return rx.fragment(
        avatar.room_tile(JoinState.public, "s56", JoinState.picture),
        rx.el.h1("You are invited to ", rx.el.bdi(JoinState.name)),
        rx.el.p(
            rx.cond(JoinState.topic, rx.fragment(rx.el.bdi(JoinState.topic), rx.el.br()), ""),
            JoinState.people,
            " in this room.",
        ),
        rx.cond(JoinState.signed_in, known, newcomer),
    )


def _over() -> rx.Component:
    return rx.fragment(
        rx.el.h1("This invite does not work"),
        trouble(JoinState.trouble),
        rx.el.p("It may have ended, been used up, or been taken back."),
        link("To your conversations", to="/", class_name="btn pri"),
    )


def join() -> rx.Component:
    """Return the page. Its code is in the address, ``?code=``."""
    return rx.el.main(
        rx.el.div(
            brand(30),
            unanswered(),
            rx.cond(
                JoinState.looked,
                rx.cond(JoinState.name, _room(), _over()),
                rx.el.div(class_name="waiting", custom_attrs={"aria-busy": "true"}),
            ),
        ),
        class_name="plain join",
    )
