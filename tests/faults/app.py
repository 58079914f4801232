"""The backend as a program of its own: ``uvicorn --factory tests.faults.app:app``; settings from the environment."""

from chatbeside.backend import Asgi, build_backend
from chatbeside.settings import Settings


def app() -> Asgi:
    return build_backend(Settings()).asgi
