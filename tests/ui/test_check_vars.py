"""The view of the device test in JavaScript has the fields that the Python class names; every action is there."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from chatbeside.ui.calls import check
from chatbeside.ui.calls.check import CheckView, Finding
from chatbeside.ui.pages.devices import devices

ASSETS = Path(__file__).parents[2] / "assets" / "calls"


def test_the_view_has_the_fields_of_the_class() -> None:
    script = f"""
      import {{ DeviceCheck, NO_CHECK }} from {json.dumps((ASSETS / "check.js").as_uri())};
      console.log(JSON.stringify([NO_CHECK, new DeviceCheck({{}}).view]));
    """
    node = Path(sys.executable).parent / "node"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for view in json.loads(done.stdout):
        assert set(view) == {field.name for field in fields(CheckView)}
        for field in fields(CheckView):
            if field.type is Finding:
                assert set(view[field.name]) == {"state", "text"}


def test_every_action_and_component_is_exported() -> None:
    hooks, parts = ((ASSETS / name).read_text() for name in ("checkhooks.js", "checkparts.js"))
    exported = set(re.findall(r"^export const (check\w+)", hooks, re.MULTILINE))
    assert set(re.findall(r'_act\("(\w+)"', Path(check.__file__).read_text())) == exported
    tags = {check.CheckPicture.tag, check.CheckLevel.tag, check.CheckSound.tag}
    assert tags == set(re.findall(r"^export function (\w+)", parts, re.MULTILINE))


def test_the_page_uses_the_hook() -> None:
    assert any("useCheck(" in hook for hook in devices()._get_all_hooks())
