"""Looks at every command that the adapter sends and asks whether a declared index serves it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.monitoring import CommandListener

from chatbeside.store.mongo.indexes import INDEXES, Index

ID = Index("_id", ("_id",), unique=True)
NEVER_MANY = {
    "users": {"deactivated_at"},  # few are, among the names with one beginning
    "rooms": {"archived_at"},
}
"""Fields that only sort out what an index has found."""
SMALL = {"meta"}
FOUND = {"messages": ("words", "has_file")}
"""Fields whose finds are sorted, and sorted out, after they are found; the first that is asked for finds."""


def served(collection: str, where: Mapping[str, Any], sort: Sequence[str] = (), *, limited: bool = False) -> bool:
    """Return whether an index finds (and sorts) exactly what is asked for.

    Args:
        collection: Name of the collection.
        where: The filter.
        sort: Names of the fields to sort by, all in one direction.
        limited: Whether only a few documents are asked for.
    """
    if collection in SMALL:
        return True
    finding = next((field for field in FOUND.get(collection, ()) if field in where), None)
    if limited and finding is not None:
        where, sort = {field: where[field] for field in ("room_id", finding)}, ()
    asked = {field: value for field, value in where.items() if not field.startswith("$")}
    same = {field for field, value in asked.items() if not _is_range(value)}
    others = {field for field in asked if field not in same} - NEVER_MANY.get(collection, set())
    return any(_serves(index, same, others, list(sort), limited=limited) for index in (ID, *INDEXES[collection]))


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and any(name.startswith("$") and name != "$in" for name in value)


def _serves(index: Index, same: set[str], others: set[str], sort: list[str], *, limited: bool) -> bool:
    if index.unique and set(index.fields) <= same:
        return True
    if not same | others <= set(index.fields):
        return False
    used = 0
    while used < len(index.fields) and index.fields[used] in same:
        used += 1
    rest = list(index.fields[used:])
    wanted = [field for field in sort if field not in same]
    if wanted != rest[: len(wanted)] or (same and used < len(same)):
        return False
    return used > 0 or (bool(rest) and rest[0] in others) or (limited and not (same or others))


def queries(command: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], list[str], bool]]:
    """Return collection, filter, sort and whether it is limited, for every query in a command.

    Each side of an ``$or`` is looked up by itself.
    """
    kind, collection = next(iter(command.items()))
    if kind == "find":
        where, sort = command["filter"], _names(command.get("sort"))
        return [(collection, each, sort, "limit" in command) for each in _sides(where)]
    if kind == "findAndModify":
        return [(collection, command["query"], _names(command.get("sort")), True)]
    if kind == "update":
        return [(collection, each["q"], [], False) for each in command["updates"]]
    if kind == "delete":
        return [(collection, each["q"], [], False) for each in command["deletes"]]
    if kind == "aggregate":  # what counting sends
        return [(collection, each, [], False) for each in _sides(command["pipeline"][0]["$match"])]
    return []


def _sides(where: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return each side of an ``$or``, with what is asked for beside it."""
    common = {name: value for name, value in where.items() if name != "$or"}
    return [{**common, **side} for side in where.get("$or", [{}])]


def _names(sort: Mapping[str, int] | None) -> list[str]:
    directions = set((sort or {}).values())
    assert len(directions) <= 1, "An index can be walked in one direction only."
    return list(sort or {})


class Watch(CommandListener):
    """Collects the queries that no index serves."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.seen = 0
        self.commands: list[str] = []

    def started(self, event: Any) -> None:
        self.commands.append(event.command_name)
        for query in queries(event.command):
            self.seen += 1
            collection, where, sort, limited = query
            if not served(collection, where, sort, limited=limited):
                self.wrong.append(f"{event.command_name} {query}")

    def succeeded(self, event: Any) -> None:
        pass

    def failed(self, event: Any) -> None:
        pass
