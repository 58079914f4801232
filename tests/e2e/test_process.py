"""The process that people start: it says what it does, stops when told, and keeps its things in one folder."""

import os
import re
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbeside.services.secrets import FILE_NAME
from tests.e2e.conftest import Meet
from tests.e2e.product import ROOT, Product


@pytest.mark.parametrize("tell", [Product.stop, Product.terminate], ids=["ctrl-c", "sigterm"])
def test_it_stops_when_told_with_people_connected(meet: Meet, product: Product, tell: Callable[[Product], int]) -> None:
    ann = meet("ann")
    ann.sign_up()
    assert tell(product) == 0
    assert product.said.endswith("chatbeside has stopped.")
    # Everything is there when it comes back, on the same port.
    product.start()
    ann.reload()
    ann.expect_signed_in()


def test_it_says_the_address_and_answers_there(product: Product) -> None:
    assert re.search(rf"is ready:  {re.escape(product.url)}$", product.said, re.M)
    with urllib.request.urlopen(product.url, timeout=10) as answer:
        assert answer.status == 200
        assert b"<title>" in answer.read()


def test_a_second_one_on_the_same_port_says_what_to_do(product: Product) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "chatbeside", "--port", str(product.port)],
        cwd=ROOT,
        env={**os.environ, "CHATBESIDE_DATA": str(product.data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"port {product.port}: Address already in use" in second.stderr
    assert "Choose another port" in second.stderr
    assert "Traceback" not in second.stderr


def test_its_folder_is_for_its_owner_alone(product: Product) -> None:
    assert stat.S_IMODE(product.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((product.data / FILE_NAME).stat().st_mode) == 0o600


def test_a_wrong_setting_is_named(built: None, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chatbeside"],
        cwd=ROOT,
        env={**os.environ, "CHATBESIDE_DATA": str(tmp_path), "CHATBESIDE_SESSION_DAYS": "never", "PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "CHATBESIDE_SESSION_DAYS" in done.stderr
    assert "Traceback" not in done.stderr
