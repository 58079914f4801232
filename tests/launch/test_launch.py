"""The launcher's parts, without installing or building anything."""

import io
import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from reflex_base import constants

from chatbeside.launch import debian, light_page, logs, page, places, port, same_origin, serve, venv
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.settings import Settings


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(tmp_path: Path, output: io.StringIO) -> Progress:
    shown = Progress(tmp_path / "launch.log", output)
    shown.begin_log()
    return shown


def test_the_launcher_needs_no_package() -> None:
    # -S: no site-packages, as on a machine where nothing is installed.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "chatbeside", "--version"],
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("chatbeside ")


def test_unknown_arguments_are_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chatbeside", "--prot=4000"], cwd=places.ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"unknown arguments" in done.stderr


def test_a_taken_port_says_how_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(LaunchError, match=rf"port {number}: .*in use.*\n.*PORT={number + 1} "):
            port.listen("127.0.0.1", number)


def test_a_tool_that_works_keeps_quiet(progress: Progress, output: io.StringIO) -> None:
    progress.run("Baking", [sys.executable, "-c", "print('flour everywhere')"], hint="Open the window.")
    assert "Baking: done" in output.getvalue()
    assert "flour" not in output.getvalue()
    assert "flour everywhere" in progress.log.read_text()


def test_a_tool_that_fails_shows_its_last_lines_and_what_to_do(progress: Progress) -> None:
    progress.run("Before", [sys.executable, "-c", "print('of no interest')"], hint="")
    program = "import sys; [print('line', n, flush=True) for n in range(100)]; sys.exit('\\x1b[31mburnt\\x1b[0m')"
    with pytest.raises(LaunchError, match="Open the window") as caught:
        progress.run("Baking", [sys.executable, "-c", program], hint="Open the window.")
    assert "    burnt" in caught.value.detail
    assert "line 99" in caught.value.detail
    assert "line 5\n" not in caught.value.detail
    assert "of no interest" not in caught.value.detail


def test_a_tool_that_is_missing_says_what_to_do(progress: Progress) -> None:
    with pytest.raises(LaunchError, match="Open the window"):
        progress.run("Baking", ["no-such-oven"], hint="Open the window.")


def test_a_fingerprint_follows_names_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "a.py").write_text("one")
    first = places.fingerprint([folder])
    assert places.fingerprint([folder]) == first
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("made")
    assert places.fingerprint([folder]) == first
    (folder / "a.py").write_text("two")
    assert places.fingerprint([folder]) != first
    (folder / "a.py").rename(folder / "b.py")
    (folder / "b.py").write_text("one")
    assert places.fingerprint([folder]) != first


def test_the_page_is_made_of_what_its_modules_import() -> None:
    """A change in a module that the page shows must not be missed: ui, domain and the composition root are counted."""
    made_of = {path for name in page._SOURCES for path in places._files([places.ROOT / name])}
    for needed in ("rxconfig.py", "chatbeside/chatbeside.py", "chatbeside/ui/theme.py", "chatbeside/domain/models.py"):
        assert places.ROOT / needed in made_of


def test_a_moved_environment_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv, "PYTHON", Path(sys.executable))
    assert venv._usable({"venv": str(venv.VENV)})
    assert not venv._usable({"venv": str(tmp_path)})
    monkeypatch.setattr(venv, "PYTHON", tmp_path / "python")
    assert not venv._usable({})


def test_the_page_takes_its_own_address() -> None:
    code = (constants.Templates.Dirs.WEB_TEMPLATE / same_origin._FILE).read_text()
    changed = same_origin._from_own_address(code)
    assert changed.count("endpoint.port = window.location.port;") == 2
    assert 'endpoint.port = "";' not in changed
    assert same_origin._from_own_address(changed) == changed


def test_the_page_is_built_without_what_it_does_not_use() -> None:
    built = (page.WEB / light_page._FILE).read_text()
    assert light_page._with_stand_ins(built) == built
    for module in light_page._STAND_INS.values():
        assert module in built
        assert (places.ROOT / "assets" / module).is_file()


def test_another_version_of_reflex_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="changed"):
        light_page._with_stand_ins("export default {}")
    with pytest.raises(RuntimeError, match="changed"):
        same_origin._from_own_address("const endpoint = new URL(url_str);")


def test_the_server_log_holds_no_addresses_of_requests(tmp_path: Path) -> None:
    config = serve.config(Settings(data=tmp_path))
    assert not config.access_log
    assert config.log_config
    assert not config.ws_per_message_deflate


def test_a_python_that_cannot_make_environments_says_what_to_install(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv, "inside", lambda: False)
    monkeypatch.setattr(venv, "_can_seed", lambda: False)
    monkeypatch.setattr(venv, "_system_pip", lambda: False)
    monkeypatch.setattr(debian, "_prefix", lambda: None)
    with pytest.raises(LaunchError, match="sudo apt install python3-venv"):
        venv._create(progress)


def test_the_pip_of_the_machine_fills_an_environment_without_one(
    progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pip")
    monkeypatch.setattr(venv, "VENV", tmp_path / "venv")
    monkeypatch.setattr(venv, "PYTHON", tmp_path / "venv" / "bin" / "python")
    monkeypatch.setattr(venv, "inside", lambda: False)
    monkeypatch.setattr(venv, "_can_seed", lambda: False)
    venv._create(progress)
    listed = subprocess.run([*venv._pip(), "list", "--format=freeze"], capture_output=True, text=True, check=True)
    assert listed.stdout.strip() == ""


def test_a_page_that_left_is_no_trouble_but_everything_else_is() -> None:
    def kept(words: str) -> bool:
        record = logging.LogRecord("reflex.app", logging.WARNING, "", 0, words, (), None)
        return logs.PageLeft().filter(record)

    assert not kept("Attempting to send delta to disconnected client 'x'")
    assert kept("Something else about a disconnected client")
