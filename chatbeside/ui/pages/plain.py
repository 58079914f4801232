"""Pages with nothing but words: not found, and something broke."""

import reflex as rx
from reflex.vars.base import Var
from reflex_components_core.base.error_boundary import error_boundary

from chatbeside.ui.components.brand import brand
from chatbeside.ui.components.links import link


def _plain(title: str, words: str, action: rx.Component) -> rx.Component:
    return rx.el.main(
        rx.el.div(brand(30), rx.el.h1(title), rx.el.p(words), action),
        class_name="plain",
    )


def not_found() -> rx.Component:
    """Return the page for an address that leads nowhere."""
    return _plain(
        "There is nothing here",
        "This address leads nowhere. It may be old, or a letter may be missing.",
        link("To your conversations", to="/", class_name="btn pri"),
    )


def broken() -> rx.Component:
    """Return what is shown when a part of the page fails."""
    return _plain(
        "Something broke on this page",
        "Load it again. What you wrote is kept in this browser.",
        rx.el.a("Load again", href="", class_name="btn pri"),
    )


def boundary(_stateful: bool) -> rx.Component:
    """Return what stands around every page and shows :func:`broken` in its place when it fails."""
    return error_boundary(fallback_render=Var.create(broken()))
