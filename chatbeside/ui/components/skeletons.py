"""Placeholders that stand where rows will stand, in the same geometry."""

import reflex as rx

_ROWS = (70, 52, 84, 60, 76, 48, 66, 80)
_MESSAGES = ((92, 64), (40,), (78, 90, 30), (66,), (84, 52), (90, 72, 44))


def list_skeleton() -> rx.Component:
    """Return placeholders of the conversation list."""
    rows = [
        rx.el.div(
            rx.el.i(class_name="c"),
            rx.el.span(_bar(width * 0.6), _bar(width), class_name="row-t"),
            class_name="row sk",
        )
        for width in _ROWS
    ]
    return rx.el.div(*rows, class_name="rows still", custom_attrs={"aria-hidden": "true"})


def timeline_skeleton() -> rx.Component:
    """Return placeholders of a timeline."""
    rows = [
        rx.el.div(
            rx.el.div(rx.el.i(class_name="c"), class_name="g"),
            rx.el.div(_bar(14 + at % 3 * 4), *[_bar(width, "l") for width in lines], class_name="b"),
            rx.el.div(class_name="mg"),
            class_name="msg first sk",
        )
        for at, lines in enumerate(_MESSAGES)
    ]
    return rx.fragment(*rows)


def _bar(percent: float, class_name: str = "") -> rx.Component:
    return rx.el.i(style={"width": f"{percent:.0f}%"}, class_name=class_name)
