"""Where the server's log goes and what must not be in it."""

import logging
from pathlib import Path
from typing import Any

from chatbeside.settings import Settings

_TALKATIVE = (
    *("uvicorn.error", "chatbeside.engineio", "chatbeside.socketio", "engineio", "socketio"),
    *("httpx", "httpx2", "httpcore", "httpcore2", "openai"),
)
_FIELDS = "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"


class PageLeft(logging.Filter):
    """Keeps out what the framework says when a page was closed or loaded anew before its answer was there.

    That happens every day, and nothing is lost: a page asks again for what it shows.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether ``record`` tells of anything else."""
        return not record.getMessage().startswith("Attempting to send delta to disconnected client")


def place(settings: Settings) -> str:
    """Return where to look for the log, for people."""
    return "what stands above" if settings.log_to == "stdout" else str(_file(settings))


def config(settings: Settings, worker: int = 1) -> dict[str, Any]:
    """Return the configuration for :func:`logging.config.dictConfig`.

    Everything from INFO goes into a file that is kept small, and warnings and worse on standard error too; or, for
    containers, everything to standard output. Each of several workers has a file of its own.
    """
    common = {"formatter": settings.log_format, "filters": ["request names"]}
    file = {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": str(_file(settings, worker)),
        "maxBytes": 5_000_000,
        "backupCount": 3,
        "encoding": "utf-8",
        **common,
    }
    people = {"class": "logging.StreamHandler", "level": "WARNING", **common}
    stdout = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", **common}
    handlers = {"stdout": stdout} if settings.log_to == "stdout" else {"file": file, "people": people}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "pages that left": {"()": PageLeft},
            "request names": {"()": "chatbeside.services.tracing.RequestNames"},
        },
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": _FIELDS,
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": handlers,
        "root": {"level": "INFO", "handlers": list(handlers)},
        # At INFO these write what must not be kept: addresses with tokens in them, and what people say.
        "loggers": {
            **{name: {"level": "WARNING"} for name in _TALKATIVE},
            "reflex.app": {"filters": ["pages that left"]},
        },
    }


def _file(settings: Settings, worker: int = 1) -> Path:
    return settings.data / ("server.log" if worker == 1 else f"server-{worker}.log")
