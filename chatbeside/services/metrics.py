"""What is counted and timed while the server runs, for Prometheus (https://prometheus.io/docs/concepts/metric_types/).

Only numbers: no name, no room, no address and no word of anybody is in them. Metrics live for the whole process, as
``prometheus_client`` has it, so they are counted wherever something happens and read in one place.

With several workers each process writes its numbers into a file of the folder ``PROMETHEUS_MULTIPROC_DIR``, and
whichever worker is asked adds them all up.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client import generate_latest as _generate
from prometheus_client.multiprocess import MultiProcessCollector

import chatbeside
from chatbeside.domain.calls import CallState
from chatbeside.domain.models import MessageKind
from chatbeside.services.events import CallChanged, Event, MessageStored

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SOCKETS = Gauge("chatbeside_sockets", "Open live connections.", multiprocess_mode="livesum")
MESSAGES = Counter("chatbeside_messages", "Messages stored.", ["kind"])
DELIVERIES = Counter("chatbeside_deliveries", "Events handed to sockets, once for each socket.")
EVENT_SECONDS = Histogram(
    "chatbeside_event_seconds", "From a socket's event to its answer.", ["event"], buckets=_SECONDS
)
REQUEST_SECONDS = Histogram(
    "chatbeside_request_seconds", "From a REST request to its answer.", ["method", "route", "status"], buckets=_SECONDS
)
ANSWERS = Gauge(
    "chatbeside_assistant_answers", "Answers being written or waiting for their turn.", multiprocess_mode="livesum"
)
TOKENS = Counter("chatbeside_assistant_tokens", "Tokens that the language model was given or wrote.", ["direction"])
CALLS = Counter("chatbeside_calls", "Calls that ended, by how.", ["reason"])
UPLOADED = Counter("chatbeside_uploaded_bytes", "Bytes of uploaded files.")
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # an Info cannot be added up over processes
    Info("chatbeside", "What runs here.").info({"version": chatbeside.__version__})


class Counting:
    """Listens to what the services publish and counts it."""

    async def publish(self, event: Event) -> None:
        """Count ``event``."""
        if isinstance(event, MessageStored):
            # Clients may invent kinds; labels must not grow without end.
            kind = event.message.kind
            MESSAGES.labels(kind if kind in set(MessageKind) else "other").inc()
        elif isinstance(event, CallChanged) and event.call.state is CallState.ENDED:
            CALLS.labels(event.call.reason.value if event.call.reason else "unknown").inc()


@contextmanager
def timed_event(name: str) -> Iterator[None]:
    """Time how long the answer to a socket's event takes."""
    began = time.perf_counter()
    try:
        yield
    finally:
        EVENT_SECONDS.labels(name).observe(time.perf_counter() - began)


def exposition() -> bytes:
    """Return all metrics in Prometheus' text format, of every worker."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _generate(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return _generate(registry)
