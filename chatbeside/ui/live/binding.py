"""How a React hook becomes a Var and a JavaScript function an event trigger's action.

``VarData`` hooks and ``FunctionStringVar`` are only half public in Reflex: nothing else uses them for the store,
and ``tests/ui/test_live_vars.py`` fails when they change.
"""

import re
from hashlib import md5
from typing import Any, TypeVar

import reflex as rx
from reflex.constants.state import FIELD_MARKER
from reflex.utils.imports import ImportVar
from reflex.vars import FunctionVar
from reflex.vars.base import Var, VarData
from reflex.vars.function import FunctionStringVar

HOOKS = "$/public/live/hooks.js"

_T = TypeVar("_T")

_LOOP_VARIABLE = re.compile(rf"(?<![\w.$])(?:\w+?{FIELD_MARKER}|index_[0-9a-f]{{32}})(?![\w$])")


def hook_var(hook: str, type_: type[_T], *args: Any, module: str = HOOKS) -> Var[_T]:
    """Return what ``hook`` returns, as a Var of ``type_`` whose hook lands in the component that uses it.

    Args:
        hook: A function of ``module``.
        type_: What it returns.
        args: Its arguments: values or Vars.
        module: Where the hook is.

    Raises:
        TypeError: An argument is the variable of a loop, outside of which the hook would be placed.
    """
    given = [rx.Var.create(arg) for arg in args]
    call = f"{hook}({', '.join(str(arg) for arg in given)})"
    loop = _LOOP_VARIABLE.search(call)
    if loop:
        raise TypeError(
            f"{call} uses the loop variable {loop.group().removesuffix(FIELD_MARKER)}, but a hook cannot run inside"
            " rx.foreach. Pass the row to an rx.memo component and build the live Var there."
        )
    # The same call gets the same name, so that a component that uses it twice runs the hook once.
    name = f"{hook.removeprefix('useLive').lower()}_{md5(call.encode(), usedforsecurity=False).hexdigest()[:8]}"
    needs = VarData.merge(*(arg._get_all_var_data() for arg in given))
    return rx.Var(
        _js_expr=name,
        _var_type=type_,
        _var_data=VarData(imports={module: [ImportVar(tag=hook)]}, hooks={f"const {name} = {call}": needs}),
    ).guess_type()


def function(name: str, *, module: str = HOOKS) -> FunctionVar[Any]:
    """Return the function of ``module`` called ``name``."""
    return FunctionStringVar.create(name, _var_data=VarData(imports={module: [ImportVar(tag=name)]}))


def action(name: str, *args: Any, module: str = HOOKS) -> FunctionVar[Any]:
    """Return that function with its first arguments; those of the event trigger follow them."""
    whole = function(name, module=module)
    return whole.partial(*args) if args else whole
