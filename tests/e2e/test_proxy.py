"""The product behind web servers with TLS, configured by the very files in ``deploy/``."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.product import ROOT, Product
from tests.e2e.test_files import pick
from tests.servers.ports import free_port
from tests.servers.tls import self_signed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOST = "chat.localhost"
MEGABYTES = 12


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def product(built: None, tmp_path: Path, port: int) -> Iterator[Product]:
    """The product as one runs it behind a web server."""
    settings = {
        "CHATBESIDE_URL": f"https://{HOST}:{port}",
        "CHATBESIDE_TRUSTED_HOPS": "1",
        "CHATBESIDE_ASSISTANT": "false",
    }
    with Product(tmp_path / "data", **settings) as product:
        yield product
        assert [line for line in product.troubles() if "is not an accepted origin" not in line] == []


@pytest.fixture(params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, tmp_path: Path, product: Product, port: int) -> Iterator[str]:
    """A web server in front of the product; yields its address."""
    start = {"nginx": _nginx, "caddy": _caddy}[request.param]
    process = start(tmp_path, product.port, port)
    try:
        _wait_for(port)
        yield f"https://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"There is no {name} here.")
    return found


def _nginx(folder: Path, upstream: int, port: int) -> subprocess.Popen[bytes]:
    certificate, key = self_signed(folder, HOST)
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    # The server that only sends people on to TLS needs port 80; the other one moves to a free port.
    site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, count=1, flags=re.DOTALL)
    for pattern, value in (
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (r"    listen \[::\]:443 ssl;\n", ""),
        (r"chat\.example\.org;", f"{HOST};"),
        (r"server 127\.0\.0\.1:3000;", f"server 127.0.0.1:{upstream};"),
        (r"/etc/letsencrypt/\S+/fullchain\.pem", str(certificate)),
        (r"/etc/letsencrypt/\S+/privkey\.pem", str(key)),
    ):
        site, count = re.subn(pattern, value, site)
        assert count, pattern
    (folder / "site.conf").write_text(site)
    temporary = " ".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder / 'nginx.pid'}; error_log {folder / 'nginx.log'};"
        f"events {{}} http {{ access_log off; {temporary} include {folder / 'site.conf'}; }}"
    )
    command = [_program("nginx"), "-p", str(folder), "-c", str(main)]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    return subprocess.Popen(command)


def _caddy(folder: Path, upstream: int, port: int) -> subprocess.Popen[bytes]:
    program = _program("caddy")
    certificate, key = self_signed(folder, HOST)
    site = (ROOT / "deploy" / "Caddyfile").read_text()
    # No name of this machine can be proven to anybody, so the certificate is given.
    head = "{\n admin off\n auto_https disable_redirects\n http_port 0\n}\n"
    site = head + site.replace("{$DOMAIN} {", "{$DOMAIN} {\n\ttls " + f"{certificate} {key}", 1)
    (folder / "Caddyfile").write_text(site)
    environment = {
        **os.environ,
        "DOMAIN": f"https://{HOST}:{port}",
        "UPSTREAM": f"127.0.0.1:{upstream}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "HOME": str(folder),
    }
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with (folder / "caddy.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stderr=log)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, "the web server did not start"
            time.sleep(0.05)


def test_two_people_behind_a_web_server(front: str, product: Product, browser: Browser) -> None:
    people: list[Person] = []
    for name in ("ann", "ben"):
        context = browser.new_context(base_url=front, ignore_https_errors=True, locale="en-GB")
        people.append(Person(name, context, None))
        people[-1].sign_up()
    ann, ben = people
    ann.find("ben")
    ann.send("Hello through the front door")
    ben.open("ann")
    expect(ben.message("Hello through the front door")).to_be_visible()
    big = os.urandom(MEGABYTES * 1024 * 1024)
    pick(ann, ("big.bin", "application/octet-stream", big))
    ann.send("A large file")
    link = ben.page.get_by_role("link", name="big.bin").first
    with ben.page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes() == big
    session = next(cookie for cookie in ann.context.cookies() if cookie["name"] == "chatbeside_session")
    assert session["secure"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    for person in people:
        assert person.errors == []
        person.context.close()


def test_the_front_door_is_closed_to_other_sites_and_says_to_stay_with_tls(front: str, product: Product) -> None:
    port = front.rpartition(":")[2]
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False, headers={"Host": f"{HOST}:{port}"}) as client:
        page = client.get("/", extensions={"sni_hostname": HOST})
        assert page.status_code == 200
        assert "max-age=" in page.headers["strict-transport-security"]
        assert "unsafe-eval" not in page.headers["content-security-policy"]
        assert client.get("/api/health", extensions={"sni_hostname": HOST}).json()["status"] == "ok"
        foreign = client.get(
            "/socket.io/?EIO=4&transport=polling",
            headers={"Origin": "https://elsewhere.example"},
            extensions={"sni_hostname": HOST},
        )
        assert foreign.status_code == 400
