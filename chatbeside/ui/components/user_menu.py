"""The foot of the list: who is signed in, and the menu behind it."""

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.links import link
from chatbeside.ui.components.shortcuts import KEYS_DIALOG
from chatbeside.ui.components.theme_choice import theme_segments
from chatbeside.ui.icons import icon
from chatbeside.ui.live.notifying import notifications, turn_on_notifications

_MENU = "user-menu"


def user_menu() -> rx.Component:
    """Return the own picture and name, which open a menu: appearance, settings, shortcuts, log out."""
    me = live.me()
    connection = live.connection()
    opener = rx.el.button(
        avatar.person(me.id, me.avatar_url, size="s32", presence=avatar.own_presence()),
        rx.el.span(
            rx.el.span(rx.el.span(rx.el.bdi(me.display_name)), class_name="row-n"),
            rx.el.span(rx.cond(connection.state == "online", "Online", "Not connected"), class_name="row-p"),
            class_name="row-t",
        ),
        type="button",
        class_name="me-b",
        custom_attrs={"popoverTarget": _MENU, "aria-haspopup": "dialog"},
    )
    menu = rx.el.div(
        rx.el.div(rx.el.span("Appearance"), theme_segments(), class_name="group"),
        rx.el.hr(),
        link(icon("settings"), "Settings", to="/settings", class_name="item"),
        rx.cond(me.administrator, link(icon("shield"), "Administration", to="/admin", class_name="item")),
        rx.cond(
            notifications().state == "off",
            rx.el.button(
                icon("bell"),
                "Turn on notifications",
                type="button",
                class_name="item",
                on_click=turn_on_notifications(),
            ),
        ),
        rx.el.button(
            icon("keyboard"),
            "Shortcuts",
            type="button",
            class_name="item",
            on_click=islands.open_dialog(KEYS_DIALOG),
        ),
        rx.el.hr(),
        rx.el.button(icon("log-out"), "Log out", type="button", class_name="item", on_click=live.log_out()),
        id=_MENU,
        class_name="menu user",
        custom_attrs={"popover": "auto", "aria-label": "Your account"},
    )
    return rx.el.footer(
        opener,
        link(
            icon("settings"), to="/settings", class_name="ib", title="Settings", custom_attrs={"aria-label": "Settings"}
        ),
        menu,
        class_name="me",
    )
