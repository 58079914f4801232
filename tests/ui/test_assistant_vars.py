"""The assistant's Python face: its Vars hold what its store gives, and the pages can be made with it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.assistant import shapes, values
from chatbeside.ui.pages import chat, settings
from tests.ui.test_live_vars import ROOT, _check, _exports

_SNAPSHOTS = {
    "answer": shapes.Answer,
    "streams": list[str],
    "stream": shapes.Stream,
    "completion": shapes.Completion,
    "notice": shapes.Notice,
    "status": shapes.Status,
}


def test_snapshots_have_the_fields_and_types_of_the_python_classes() -> None:
    node = Path(sys.executable).parent / "node"
    script = ROOT / "tests" / "js" / "assistant" / "snapshots.js"
    done = subprocess.run([str(node), str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    for moment, snapshots in json.loads(done.stdout).items():
        assert set(snapshots) == set(_SNAPSHOTS)
        for name, type_ in _SNAPSHOTS.items():
            _check(snapshots[name], type_, f"{moment} {name}")
        if moment == "told":
            assert snapshots["answer"]["sources"]
            assert snapshots["streams"] == ["s"]
            assert snapshots["completion"]["options"]


def test_everything_that_python_names_is_there_in_javascript() -> None:
    source = "".join(path.read_text() for path in (ROOT / "chatbeside" / "ui" / "assistant").glob("*.py"))
    wanted = set(re.findall(r'"((?:useAssistant|assistant)[A-Z]\w*)"', source)) | set(
        re.findall(r'tag = "(\w+)"', source)
    )
    assert len(wanted) > 10
    assert wanted <= _exports(ROOT / "assets" / "assistant" / "hooks.js")


def test_vars_have_their_types() -> None:
    answer = values.answer(Var.create("a"))
    assert answer.sources._var_type == list[shapes.Source]
    assert values.completion().options._var_type == list[shapes.Item]


def test_the_pages_can_be_made() -> None:
    for page in (chat.chat, settings.settings):
        assert isinstance(page(), rx.Component)
