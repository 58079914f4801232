"""Which language model answers: a form for administrators, nothing for others."""

from typing import Any

import reflex as rx

from chatbeside.ui.components.fields import field_error
from chatbeside.ui.icons import icon
from chatbeside.ui.states.assistant import AssistantState


def _field(label: str, name: str, value: Any, hint: Any, *, error: str, **props: Any) -> rx.Component:
    wrong: Any = AssistantState.errors[error]
    described = rx.cond(wrong, f"ast-{name}-e", f"ast-{name}-h")
    return rx.el.div(
        rx.el.label(label, html_for=f"ast-{name}"),
        rx.el.div(
            rx.el.input(
                id=f"ast-{name}",
                name=name,
                default_value=value,
                spell_check=False,
                custom_attrs={
                    "autoCapitalize": "none",
                    "aria-invalid": rx.cond(wrong, "true", "false"),
                    "aria-describedby": described,
                },
                **props,
            ),
            class_name="in",
        ),
        rx.cond(wrong, field_error(wrong, f"ast-{name}-e"), rx.el.p(hint, id=f"ast-{name}-h", class_name="help")),
        class_name=rx.cond(wrong, "f bad", "f"),
    )


def _provider() -> rx.Component:
    state = AssistantState
    options = (
        ("builtin", "Built in", "Needs nothing and nothing leaves this server"),
        ("openai", "OpenAI-compatible", "OpenAI, Ollama, vLLM, llama.cpp and others"),
    )
    return rx.el.fieldset(
        rx.el.legend("Who answers"),
        *(
            rx.el.label(
                rx.el.input(type="radio", name="provider", value=value, default_checked=state.provider == value),
                rx.el.span(rx.el.b(name), rx.el.em(words)),
                class_name="pick",
            )
            for value, name, words in options
        ),
    )


def _form() -> rx.Component:
    state = AssistantState
    key_hint = rx.cond(
        state.has_key,
        "There is a key. It is stored encrypted and never shown; leave this empty to keep it.",
        "It is stored encrypted and never shown again. A service of your own may need none.",
    )
    return rx.el.form(
        _field(
            "Name",
            "name",
            state.name,
            "What everybody sees it called, and may call it. @beside works as well.",
            error="name",
            type="text",
            auto_complete="off",
        ),
        _provider(),
        _field(
            "Address",
            "base_url",
            state.base_url,
            "Up to /v1, such as http://127.0.0.1:11434/v1 for Ollama. Empty for OpenAI itself.",
            error="baseUrl",
            type="text",
            auto_complete="off",
        ),
        _field(
            "Model",
            "model",
            state.model,
            "Its name at the service, such as llama3.2.",
            error="model",
            type="text",
            auto_complete="off",
        ),
        _field("Key", "key", "", key_hint, error="key", type="password", auto_complete="new-password"),
        _field(
            "Speech to text",
            "hears",
            state.hears,
            "For calls with it: the model at the same service that hears, such as whisper-1. Empty for none.",
            error="transcriptionModel",
            type="text",
            auto_complete="off",
        ),
        _field(
            "Text to speech",
            "speaks",
            state.speaks,
            "The model that speaks, such as tts-1.",
            error="speechModel",
            type="text",
            auto_complete="off",
        ),
        _field(
            "Voice", "voice", state.voice, "The voice of that model.", error="voice", type="text", auto_complete="off"
        ),
        _field(
            "Tokens a month",
            "monthly_tokens",
            state.monthly_tokens.to_string(),
            "What each person may use in a month, 0 for no limit.",
            error="monthlyTokens",
            type="text",
            auto_complete="off",
            input_mode="numeric",
        ),
        rx.el.div(
            rx.el.button("Save", type="submit", class_name="btn pri"),
            rx.el.button("Test", type="button", class_name="btn sec", on_click=state.test),
            rx.cond(
                state.has_key,
                rx.el.button(
                    icon("trash-2"), "Forget the key", type="button", class_name="tb", on_click=state.forget_key
                ),
            ),
            rx.el.p(state.said, role="status", class_name=rx.cond(state.went_wrong, "bad", "")),
            class_name="end",
        ),
        on_submit=state.save,
        class_name="ast-set",
    )


def assistant_settings() -> rx.Component:
    """Return the section with its heading, for administrators; for others only the errand to find out."""
    state = AssistantState
    return rx.el.div(
        rx.cond(
            state.ready,
            rx.fragment(
                rx.el.h2("Assistant", id="assistant"),
                rx.el.section(
                    rx.cond(
                        state.saved,
                        rx.fragment(),
                        rx.el.p(
                            "These values come from how the server was started. What you save here replaces them.",
                            class_name="help",
                        ),
                    ),
                    _form(),
                ),
            ),
        ),
        on_mount=state.arrive,
    )
