"""A Reflex plugin: the page leaves out two libraries that it has no use for."""

from typing import TYPE_CHECKING

from reflex_base.plugins.base import Plugin

if TYPE_CHECKING:
    from reflex_base.plugins.base import PreCompileContext
    from typing_extensions import Unpack

_FILE = "vite.config.js"
_PLACE = "    alias: [\n"
# A package's name and the module of ``assets`` that stands in for it.
_STAND_INS = {
    "@emotion/react": "ui/jsx.js",
    "entities": "live/entities.js",
}


class LightPagePlugin(Plugin):
    """Lets small modules stand in for packages: together 22 kB of what a first visit fetches."""

    def pre_compile(self, **context: "Unpack[PreCompileContext]") -> None:
        """Change how the bundler finds packages.

        Raises:
            RuntimeError: The place for it is not there: another version of Reflex.
        """
        context["add_modify_task"](_FILE, _with_stand_ins)


def _with_stand_ins(config: str) -> str:
    if config.count(_PLACE) != 1:
        raise RuntimeError(f"Reflex's {_FILE} changed; look up anew where it says how packages are found.")
    if _lines() in config:
        return config
    return config.replace(_PLACE, _PLACE + _lines())


def _lines() -> str:
    return "".join(
        f'      {{ find: "{package}", replacement: fileURLToPath(new URL("./public/{module}", import.meta.url)) }},\n'
        for package, module in _STAND_INS.items()
    )
