"""The view of a call in JavaScript has the fields and types that the Python class names; every action is there."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from reflex.vars.base import Var

from chatbeside.ui.calls import call_layer, component, values
from chatbeside.ui.calls.values import CallView

ASSETS = Path(__file__).parents[2] / "assets" / "calls"
_TYPES = {str: str, bool: bool, int: int, float: int, list[values.Device]: list}


@pytest.fixture(scope="module")
def views() -> list[dict[str, object]]:
    """The view without a call, in the preview, and in a call."""
    script = f"""
      import {{ NO_CALL, look }} from {json.dumps((ASSETS / "look.js").as_uri())};
      const rest = {{ target: {{ room: "r", peer: "p", kind: "audio" }},
        people: {{ name: () => "n", picture: () => "u" }},
        flags: {{ small: false, more: false, blocked: false, floats: true }}, wanted: {{ camera: false, muted: false }},
        preview: {{ picture: null, sound: null, problems: {{}} }}, end: null,
        devices: {{ microphones: [], cameras: [], speakers: [] }},
        choices: {{ microphone: "", camera: "", speaker: "", ask: true }},
        recording: {{ view: () => ({{ recording: "", recording_line: "" }}) }} }};
      const call = {{ activeAt: "2026-01-01T00:00:00Z" }};
      const peer = {{ status: "connected", microphone: true, camera: true, screen: false, ownVideo: {{}}, present: true,
        remote: {{ microphone: true, camera: true, screen: false, captions: false }}, speaking: false, quality: 3,
        relayed: false, forwarded: false, code: "1", problems: {{}} }};
      console.log(JSON.stringify([NO_CALL, look({{ ...rest, phase: "preview", call: null }}),
        look({{ ...rest, phase: "talking", call, peer }})]));
    """
    node = Path(sys.executable).parent / "node"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_view_has_the_fields_and_types_of_the_class(views: list[dict[str, object]]) -> None:
    hints = get_type_hints(CallView)
    for view in views:
        assert set(view) == {field.name for field in fields(CallView)}
        for name, value in view.items():
            assert type(value) is _TYPES[hints[name]], name


def test_every_action_and_component_is_exported() -> None:
    hooks, parts = ((ASSETS / name).read_text() for name in ("hooks.js", "parts.js"))
    used = set(re.findall(r'_act\("(\w+)"', Path(values.__file__).read_text())) | {"useCall", "useCaptions"}
    exported = set(re.findall(r"^export (?:async )?(?:function|const) (\w+)", hooks, re.MULTILINE))
    assert used == exported
    tags = {each.tag for each in vars(component).values() if isinstance(each, type) and hasattr(each, "tag")}
    tags.discard(None)
    assert tags == set(re.findall(r"^export function (\w+)", parts, re.MULTILINE))


def test_the_view_is_a_typed_var() -> None:
    assert isinstance(values.call(), Var)
    assert values.call().name._var_type is str
    assert values.call().microphones._var_type == list[values.Device]
    assert any("useCall(" in hook for hook in call_layer()._get_all_hooks())
