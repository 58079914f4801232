"""Form fields: label above, help below; an error takes the help's place and says the way out."""

from collections.abc import Iterable
from typing import Any

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.icons import icon


def text_field(
    label: str,
    name: str,
    *,
    error: Var[str] | str = "",
    hint: str = "",
    kind: str = "text",
    **props: Any,
) -> rx.Component:
    """Return a labelled text field. It is uncontrolled: what was typed stays when an error comes.

    Args:
        label: The words above.
        name: The name in the form's data, and the field's id.
        error: What is wrong, or nothing.
        hint: Words below while nothing is wrong.
        kind: The input's type, ``text`` or ``email``.
        **props: Props of the input, such as ``auto_complete``.
    """
    about = rx.cond(error, f"{name}-e", f"{name}-h" if hint else "")
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.div(
            rx.el.input(
                id=name,
                name=name,
                type=kind,
                required=props.pop("required", True),
                spell_check=False,
                custom_attrs={
                    "autoCapitalize": "none",
                    "aria-invalid": rx.cond(error, "true", "false"),
                    "aria-describedby": about,
                },
                **props,
            ),
            class_name="in",
        ),
        rx.cond(
            error,
            field_error(error, f"{name}-e"),
            rx.el.p(hint, id=f"{name}-h", class_name="help") if hint else rx.fragment(),
        ),
        class_name=rx.cond(error, "f bad", "f"),
    )


def choices(
    label: str, name: str, options: Iterable[tuple[str, str, str, str]], chosen: Var[str] | str
) -> rx.Component:
    """Return a choice of a few things, all of them in view, each with an icon and words about what it means.

    Args:
        label: The words above.
        name: The name in the form's data.
        options: Value, title, icon and explanation of each.
        chosen: The value that is chosen at first.
    """
    cards = [
        rx.el.label(
            rx.el.input(type="radio", name=name, value=value, default_checked=chosen == value),
            icon(sign),
            rx.el.span(rx.el.b(title), rx.el.span(words)),
            class_name="opt",
        )
        for value, title, sign, words in options
    ]
    return rx.el.fieldset(rx.el.legend(label), *cards, class_name="f opts")


def select_field(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str) -> rx.Component:
    """Return a labelled list of ``(value, words)`` to choose one of."""
    items = [rx.el.option(words, value=value) for value, words in options]
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.div(
            rx.el.select(*items, id=name, name=name, default_value=chosen),
            icon("chevron-down"),
            class_name="in choice",
        ),
        class_name="f",
    )


def field_error(words: Var[str] | str, element_id: str) -> rx.Component:
    """Return what is wrong with a field, to stand right under it."""
    return rx.el.p(icon("circle-alert"), rx.el.span(words), id=element_id, class_name="err", role="alert")
