"""The files in ``deploy/`` are what they should be: looked at by the programs that read them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatbeside.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILLED_IN = {"DOMAIN": "chat.example.org", "TURN_SECRET": "long and random"}


def _run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**plain, **environment})


def _compose() -> list[str]:
    """Return Docker's compose program, the plugin or the program; reading a file needs no engine."""
    docker = shutil.which("docker")
    if docker and _run(docker, "compose", "version").returncode == 0:
        return [docker, "compose"]
    alone = shutil.which("docker-compose")
    if alone is None:
        pytest.skip("There is no docker compose here.")
    return [alone]


def test_the_compose_file_is_well_formed_and_asks_for_what_it_needs(tmp_path: Path) -> None:
    command = [*_compose(), "-f", str(DEPLOY / "compose.yaml"), "config"]
    done = _run(*command, **FILLED_IN)
    assert done.returncode == 0, done.stderr
    assert "chatbeside:local" in done.stdout
    missing = _run(*command)
    assert missing.returncode != 0
    assert "Set DOMAIN in deploy/.env" in missing.stderr


def test_the_image_is_well_formed() -> None:
    done = _run(Path(sys.executable).parent / "hadolint", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_example_of_settings_names_all_that_compose_reads() -> None:
    read = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))
    assert read == given


def test_every_setting_that_is_set_there_exists() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    texts = [(DEPLOY / name).read_text() for name in ("compose.yaml", "Dockerfile", "chatbeside.service")]
    texts.append((ROOT / "Procfile").read_text())
    named = {name for text in texts for name in re.findall(r"\bCHATBESIDE_[A-Z_]+", text)}
    assert named
    assert named <= known


def test_the_unit_is_well_formed(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("There is no systemd here.")
    done = _run(program, "verify", str(DEPLOY / "chatbeside.service"))
    assert done.returncode == 0, done.stderr


def test_both_turn_configurations_close_the_same_networks() -> None:
    plain = re.findall(r"^denied-peer-ip=(\S+)", (DEPLOY / "turnserver.conf").read_text(), re.MULTILINE)
    compose = re.findall(r"--denied-peer-ip=(\S+)", (DEPLOY / "compose.yaml").read_text())
    assert plain == compose
    assert len(plain) >= 6
