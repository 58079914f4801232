"""The command line: ``python3 -m chatbeside [run | prepare | static | test | doctor | backup | restore | migrate]``."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import chatbeside
from chatbeside.launch import page, places, port, testing, venv
from chatbeside.launch.progress import LaunchError, Progress

# Says to the process that replaces this one that everything is prepared.
_PREPARED = "CHATBESIDE_PREPARED"


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: What stands after ``python3 -m chatbeside``; nothing means ``run``.

    Returns:
        The exit code: 0 for well, 1 for a problem that was explained, 130 for an interruption.
    """
    options, rest = _parser().parse_known_args(list(arguments))
    if rest and options.command != "test":
        _parser().error(f"unknown arguments: {' '.join(rest)}")
    progress: Progress | None = None
    try:
        _apply(options)
        folder = places.data_folder()
        os.environ["CHATBESIDE_DATA"] = str(folder)
        places.enter()
        progress = Progress(folder / "launch.log")
        return _dispatch(options, rest, list(arguments), progress)
    except LaunchError as error:
        sys.stdout.flush()
        text = f"{error.detail}\n\n{error}" if error.detail else str(error)
        sys.stderr.write(f"\n{text}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    except PermissionError as error:
        sys.stderr.write(
            f"\nchatbeside may not write to {error.filename}. Give it a folder of its own: CHATBESIDE_DATA=/path\n"
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m chatbeside",
        description="Prepares what is missing and starts chatbeside.",
        epilog="Settings are environment variables; README.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"chatbeside {chatbeside.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run = commands.add_parser("run", help="prepare and start (the default)")
    for options in (parser, run):
        options.add_argument("--port", default=argparse.SUPPRESS, help="port to listen on, like PORT")
        options.add_argument("--host", default=argparse.SUPPRESS, help="address to listen on, like CHATBESIDE_HOST")
    commands.add_parser("prepare", help="prepare and do not start, for example to make an image")
    commands.add_parser("test", help="run every check; further arguments go to pytest alone", add_help=False)
    commands.add_parser("doctor", help="look at everything chatbeside needs and say what to do")
    static = commands.add_parser("static", help="make the page as files, for another host")
    static.add_argument("--server", metavar="URL", required=True, help="where the server is: https://api.example.org")
    static.add_argument("folder", type=Path, help="where the files go")
    for name, words in (("backup", "write everything into a file, while running"), ("restore", "put a backup back")):
        commands.add_parser(name, help=words).add_argument("file", type=Path, help="a .zip file")
    migrate = commands.add_parser("migrate", help="copy the embedded store into MongoDB")
    migrate.add_argument("--to", metavar="URI", help="MongoDB to copy into; MONGODB_URI when not given")
    return parser


def _apply(options: argparse.Namespace) -> None:
    for name, variable in (("port", "PORT"), ("host", "CHATBESIDE_HOST")):
        if hasattr(options, name):
            os.environ[variable] = getattr(options, name)


def _dispatch(options: argparse.Namespace, rest: list[str], arguments: list[str], progress: Progress) -> int:
    command = options.command or "run"
    if not (os.environ.pop(_PREPARED, None) and venv.inside()):
        if command == "run":
            port.check()
        with places.exclusive():
            progress.begin_log()
            venv.ensure(progress, *([places.TEST_REQUIREMENTS] if command == "test" else []))
            if command in {"run", "prepare", "test"}:
                page.ensure(progress)
        if command == "prepare":
            return 0
        if command == "test":
            return testing.run(progress, rest)
        if command == "run":
            progress.say("Starting ...")
        venv.replace_process(arguments, {_PREPARED: "1"})
    return _act(command, options, progress)


def _act(command: str, options: argparse.Namespace, progress: Progress) -> int:
    """Do what needs the installed packages; they are imported here because the launcher itself must do without."""
    from chatbeside.launch import backup, doctor, migrate, serve, static

    def page_apart() -> int:
        with places.exclusive():
            return static.run(progress, options.server, places.given(options.folder))

    acts: dict[str, Callable[[], int]] = {
        "backup": lambda: backup.make(progress, places.given(options.file)),
        "restore": lambda: backup.put_back(progress, places.given(options.file)),
        "migrate": lambda: migrate.run(progress, options.to),
        "doctor": lambda: doctor.run(progress),
        "static": page_apart,
        "run": lambda: serve.run(progress),
    }
    return acts[command]()
