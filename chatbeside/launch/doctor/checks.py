"""The checks. Each looks at one thing and says in words how it is; none changes anything."""

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

import chatbeside
from chatbeside.assistant.interfaces import ProviderError
from chatbeside.assistant.openai_provider import OpenAIOptions, OpenAIProvider
from chatbeside.launch import page
from chatbeside.launch.doctor.finding import Finding, note, well, wrong
from chatbeside.launch.doctor.relay import relay
from chatbeside.launch.port import listen
from chatbeside.launch.progress import LaunchError
from chatbeside.settings import Settings
from chatbeside.store.factory import FILE, make_store
from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.sqlite.schema import STEPS

Check = Callable[[Settings], Awaitable[list[Finding]]]

_ROOM = 1024**3
"""Bytes that should be free."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


async def program(settings: Settings) -> list[Finding]:
    """Look at the version and the built page."""
    del settings
    version = ".".join(map(str, sys.version_info[:3]))
    found = [well("program", f"chatbeside {chatbeside.__version__} on Python {version}")]
    if await asyncio.to_thread(page.current):
        found.append(well("page", "built from the present sources"))
    else:
        found.append(note("page", "not built yet, or its sources changed", "The next start builds it, in a minute."))
    return found


async def folder(settings: Settings) -> list[Finding]:
    """Look at the data folder: whether it can be written, who may read it, how much room there is."""
    return await asyncio.to_thread(_folder, settings.data)


def _folder(data: Path) -> list[Finding]:
    if not data.is_dir():
        return [note("data folder", f"{data} is not there yet", "The first start makes it.")]
    if not os.access(data, os.W_OK | os.X_OK):
        advice = "Give it to the user that runs chatbeside: chown -R USER FOLDER"
        return [wrong("data folder", f"{data} cannot be written", advice)]
    found = [well("data folder", f"{data} can be written")]
    private = [file for pattern in ("*.pem", "*.key", f"{FILE}*") for file in data.glob(pattern)]
    loose = [file for file in private if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)]
    if loose:
        names = " ".join(str(file) for file in loose)
        found.append(wrong("data folder", "others on this machine may read keys or messages", f"chmod 600 {names}"))
    free = shutil.disk_usage(data).free
    words = f"{free / 1024**3:.1f} GB free"
    enough = free >= _ROOM
    found.append(well("disk", words) if enough else wrong("disk", words, "Make room: messages are refused when full."))
    return found


async def port(settings: Settings) -> list[Finding]:
    """Look who listens where chatbeside is going to."""
    place = f"{settings.host}, port {settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except LaunchError as error:
        version = await _running(f"http://{_reachable(settings.host)}:{settings.port}")
        if version:
            return [well("port", f"chatbeside {version} answers at {place}")]
        first, _, advice = str(error).partition("\n")
        return [wrong("port", first, advice)]
    return [well("port", f"{place} is free")]


async def address(settings: Settings) -> list[Finding]:
    """Look whether the public address leads here."""
    url = settings.public_url
    if not url:
        if settings.host in _LOCAL:
            return [note("address", "only this machine can reach chatbeside", "For others: docs/deploy/README.md")]
        advice = "Set CHATBESIDE_URL to the https address: browsers give camera and microphone to no other."
        return [wrong("address", "CHATBESIDE_URL is not set, but others can reach this server", advice)]
    found = []
    if not settings.secure and urlsplit(url).hostname not in _LOCAL:
        advice = "Put a web server with TLS in front: docs/deploy/README.md"
        found.append(wrong("address", f"{url} is not encrypted", advice))
    version = await _running(url)
    if version:
        found.append(well("address", f"chatbeside {version} answers at {url}"))
    else:
        advice = "Is it started? Does the name lead to this machine, and the web server in front to chatbeside?"
        found.append(note("address", f"nothing of chatbeside answers at {url}", advice))
    return found


async def store(settings: Settings) -> list[Finding]:
    """Look whether the database can be used."""
    if not settings.mongodb_uri:
        return await asyncio.to_thread(_sqlite, settings.data / FILE)
    mongo = make_store(settings)
    try:
        await mongo.open()
        await mongo.check()
    except StoreUnavailable:
        return [wrong("database", "MongoDB does not answer", "Is it running? Are the name and the password right?")]
    finally:
        await mongo.close()
    return [well("database", "MongoDB answers and its indexes are there")]


def _sqlite(file: Path) -> list[Finding]:
    if not file.is_file():
        return [note("database", "there is none yet", "The first start makes it.")]
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        state = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return [wrong("database", f"{file.name} cannot be read: {error}", "Restore the last backup.")]
    finally:
        connection.close()
    if state != "ok":
        return [wrong("database", f"{file.name} is damaged: {state}", "Restore the last backup.")]
    if version > len(STEPS):
        return [wrong("database", "it was written by a newer chatbeside", "Start that version, or a newer one.")]
    size = file.stat().st_size / 1024**2
    return [well("database", f"SQLite, {size:.1f} MB, not damaged")]


async def redis(settings: Settings) -> list[Finding]:
    """Look whether Redis answers and forgets nothing by itself."""
    if not settings.redis_url:
        return [note("redis", "not used: one process serves everybody", "For several: docs/scaling.md")]
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=5, socket_connect_timeout=5)
    try:
        await client.ping()  # type: ignore[misc]
        memory = await client.info("memory")
    except RedisError:
        return [wrong("redis", "it does not answer", "Is it running? Are the name and the password right?")]
    finally:
        await client.aclose()
    if memory.get("maxmemory_policy", "noeviction") != "noeviction":
        return [wrong("redis", "it throws things away when it is full", "redis.conf: maxmemory-policy noeviction")]
    return [well("redis", "it answers")]


async def turn(settings: Settings) -> list[Finding]:
    """Ask the TURN server for a way through, as a browser does."""
    if not settings.turn_url:
        advice = "People behind strict firewalls need a TURN server: docs/calls.md"
        return [note("calls", "no TURN server: calls go directly or not at all", advice)]
    if not settings.turn_secret:
        return [wrong("calls", "TURN_URL is set, TURN_SECRET is not", "Set it to coturn's static-auth-secret.")]
    return [await relay(url) for url in _listed(settings)]


def _listed(settings: Settings) -> list[tuple[str, str, str]]:
    from chatbeside.domain.clock import now
    from chatbeside.services.ice import ice_servers

    servers = ice_servers(settings, "doctor", now())
    return [
        (url, s.get("username", ""), s.get("credential", "")) for s in servers if "username" in s for url in s["urls"]
    ]


async def model(settings: Settings) -> list[Finding]:
    """Ask the language model of the environment for a word."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    if not settings.assistant:
        return [note("assistant", "switched off")]
    if not key and not settings.openai_base_url:
        advice = "Connect one in Settings, Assistant, or with OPENAI_API_KEY. What is set in the page is tested there."
        return [note("assistant", "no language model in the environment: it answers from what it knows itself", advice)]
    options = OpenAIOptions(key, settings.openai_base_url or "", settings.openai_model, first_wait=15, tries=1)
    provider = OpenAIProvider(options)
    try:
        await provider.check()
    except ProviderError as error:
        return [wrong("assistant", error.words, "See OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL.")]
    finally:
        await provider.close()
    return [well("assistant", f"{settings.openai_model} answers")]


async def _running(url: str) -> str | None:
    """Return the version of the chatbeside that answers at ``url``."""
    try:
        async with httpx.AsyncClient(timeout=5, follow_redirects=True) as client:
            answer = await client.get(f"{url.rstrip('/')}/api/health/live")
            return str(answer.json()["version"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


CHECKS: Mapping[str, Check] = {
    "program": program,
    "data folder": folder,
    "port": port,
    "address": address,
    "database": store,
    "redis": redis,
    "calls": turn,
    "assistant": model,
}
"""In the order in which they are shown."""
