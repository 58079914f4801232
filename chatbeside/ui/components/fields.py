"""Form fields: label above, help below; an error takes the help's place and says the way out."""

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
                required=True,
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


def field_error(words: Var[str] | str, element_id: str) -> rx.Component:
    """Return what is wrong with a field, to stand right under it."""
    return rx.el.p(icon("circle-alert"), rx.el.span(words), id=element_id, class_name="err", role="alert")
