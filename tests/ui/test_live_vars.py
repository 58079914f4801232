"""The live store's Python face: types of Vars, order of hooks, where hooks land, and what JavaScript really offers."""

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import reflex as rx
from reflex.compiler.plugins import default_page_plugins
from reflex.plugins import CompileContext, CompilerHooks
from reflex.vars import ArrayVar, BooleanVar, FunctionVar, NumberVar, ObjectVar, StringVar
from reflex.vars.base import Var

from chatbeside.ui import live
from chatbeside.ui.live.binding import HOOKS
from chatbeside.ui.live.shapes import Find

ROOT = Path(__file__).parents[2]
LIVE = ROOT / "assets" / "live"


@pytest.mark.parametrize(
    ("var", "kind", "type_"),
    [
        (live.me(), ObjectVar, live.Me),
        (live.me().display_name, StringVar, str),
        (live.me().administrator, BooleanVar, bool),
        (live.connection().queued, NumberVar, int),
        (live.current_room(), StringVar, str),
        (live.rooms(), ArrayVar, list[live.RoomRow]),
        (live.rooms()[0].unread, NumberVar, int),
        (live.rooms_ready(), BooleanVar, bool),
        (live.room(), ObjectVar, live.RoomView),
        (live.message_groups(), ArrayVar, list[live.MessageGroup]),
        (live.message_groups()[0].rows[0].quote.name, StringVar, str),
        (live.message_groups()[0].rows[0].reactions[0].count, NumberVar, int),
        (live.timeline().unseen, NumberVar, int),
        (live.typing(), ArrayVar, list[str]),
        (live.typing_text(), StringVar, str),
        (live.draft(), StringVar, str),
        (live.composer().reply, ObjectVar, live.Quote),
        (live.totals().unread, NumberVar, int),
        (live.announcement(), StringVar, str),
        (live.choice("tab", "all"), StringVar, str),
        (live.avatar_url("x"), StringVar, str),
    ],
)
def test_vars_have_their_types(var: Var[Any], kind: type[Var[Any]], type_: Any) -> None:
    assert isinstance(var, kind)
    assert var._var_type == type_


def hooks(component: rx.Component) -> list[str]:
    return [hook for hook in component._get_all_hooks() if "useLive" in hook]


def test_a_hook_that_another_needs_comes_first() -> None:
    rows = live.rooms(live.choice("tab", "all"))
    (choice, rooms) = hooks(rx.el.div(rx.foreach(rows, lambda row: rx.el.span(row.name))))
    name = re.fullmatch(r'const (\w+) = useLiveChoice\("tab", "all"\)', choice)
    assert name
    assert re.fullmatch(rf"const \w+ = useLiveRooms\({name[1]}\)", rooms)


def test_the_same_call_runs_once() -> None:
    page = rx.el.div(live.me().username, rx.el.span(live.me().email), live.choice("a"), live.choice("b"))
    assert len([hook for hook in hooks(page) if "useLiveMe" in hook]) == 1
    assert len([hook for hook in hooks(page) if "useLiveChoice" in hook]) == 2


@pytest.mark.parametrize("make", [lambda row: live.rooms(row.name), lambda row: live.choice("x", row.room)])
def test_a_live_var_of_a_loop_variable_is_refused(make: Any) -> None:
    with pytest.raises(TypeError, match=r"cannot run inside rx\.foreach"):
        rx.foreach(live.rooms(), lambda row: rx.el.div(rx.foreach(make(row).to(list[str]), rx.el.span)))


def test_a_live_var_of_a_memo_component_or_a_state_is_not() -> None:
    class Chosen(rx.State):
        tab: str = "all"

    assert "useLiveRooms(" in hooks(rx.el.div(rx.foreach(live.rooms(Chosen.tab), lambda row: rx.el.i(row.name))))[0]
    assert hooks(rx.el.div(live.choice("x", Var("nameRxMemo").to(str))))


@rx.memo
def _live_row(m: rx.Var[live.MessageRow]) -> rx.Component:
    return rx.el.article(m.text, rx.el.button("Again", on_click=live.retry(m.key)), live.typing_text())


def _page() -> rx.Component:
    return rx.el.main(
        rx.el.h1(live.room().name),
        rx.el.div(rx.foreach(live.message_groups()[0].rows, lambda m: rx.fragment(_live_row(m=m), key=m.key))),
        rx.el.button("Send", on_click=live.send()),
        live.bridge(),
        live.timeline_scroller(rx.el.p("x"), class_name="log"),
        live.composer_textarea(placeholder=live.room().placeholder),
        live.session_exchange(ticket="t", next="/"),
    )


def test_hooks_land_in_the_components_that_use_them_and_not_in_the_page() -> None:
    app = rx.App()
    app.add_page(_page, route="/")
    plugins = default_page_plugins(style=app.style)
    with CompileContext(
        app=app, pages=list(app._unevaluated_pages.values()), hooks=CompilerHooks(plugins=plugins)
    ) as context:
        context.compile()
    page = context.compiled_pages["index"].output_code
    assert page
    assert "useLive" not in page, "the page would render again with every message"
    parts = [str(definition.component._get_all_hooks()) for definition in context.auto_memo_components.values()]
    assert any("useLiveMessageGroups()" in part for part in parts)
    assert any("useLiveRoom()" in part and "useLiveMessageGroups()" not in part for part in parts)
    assert not any("useLiveTypingText()" in part for part in parts), "it belongs to the row, a component of its own"


def test_an_action_is_a_function_and_gives_its_own_arguments_first() -> None:
    assert isinstance(live.send(), FunctionVar)
    assert str(live.send()) == "liveSend"
    button = rx.el.button(on_click=live.retry(Var("row").to(str)))
    assert "liveRetry(row, ...args)" in str(button.render()["props"])
    assert HOOKS in button._get_all_imports()


def _exports(path: Path) -> set[str]:
    text = path.read_text()
    named = set(re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", text, re.M))
    for group in re.findall(r"^export \{([^}]*)\}", text, re.M):
        named |= {name.strip() for name in group.split(",")}
    return named


def test_everything_that_python_names_is_there_in_javascript() -> None:
    source = "".join(path.read_text() for path in (ROOT / "chatbeside" / "ui" / "live").glob("*.py"))
    wanted = set(re.findall(r'"((?:useLive|live)[A-Z]\w*)"', source))
    assert len(wanted) > 25
    offered: set[str] = set().union(*(_exports(path) for path in (*LIVE.glob("*hooks.js"), LIVE / "finding.js")))
    assert wanted <= offered
    placed: set[str] = set().union(*(_exports(LIVE / f"{name}.js") for name in ("parts", "bridge", "exchange")))
    assert set(re.findall(r'tag = "(\w+)"', source)) <= placed


_SNAPSHOTS = {
    "me": live.Me,
    "connection": live.Connection,
    "rooms": list[live.RoomRow],
    "room": live.RoomView,
    "messages": list[live.MessageRow],
    "message_groups": list[live.MessageGroup],
    "timeline": live.Timeline,
    "composer": live.Composer,
    "totals": live.Totals,
    "finds": list[Find],
}


def _check(value: Any, type_: Any, where: str) -> None:
    """Hold a snapshot of the store against the type that Python gives it."""
    if get_origin(type_) is list:
        assert isinstance(value, list), where
        for item in value:
            _check(item, get_args(type_)[0], f"{where}[]")
    elif dataclasses.is_dataclass(type_):
        fields = {field.name: field.type for field in dataclasses.fields(type_)}
        assert set(value) == set(fields), where
        for name, inner in fields.items():
            _check(value[name], inner, f"{where}.{name}")
    elif type_ is float:
        assert isinstance(value, int | float) and not isinstance(value, bool), where
    else:
        assert type(value) is type_, f"{where}: {value!r}"


def test_snapshots_of_the_store_have_the_fields_and_types_of_the_python_classes() -> None:
    """One message of every sort, seen in node, before and after the first contact with the server."""
    node = Path(sys.executable).parent / "node"
    script = ROOT / "tests" / "js" / "snapshots.js"
    done = subprocess.run([str(node), str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    for moment, snapshots in json.loads(done.stdout).items():
        assert set(snapshots) == set(_SNAPSHOTS)
        for name, type_ in _SNAPSHOTS.items():
            _check(snapshots[name], type_, f"{moment} {name}")
        if moment == "talking":
            assert len(snapshots["messages"]) == 6
