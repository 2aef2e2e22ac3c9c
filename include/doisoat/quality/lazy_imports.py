"""Defers imports that a library makes and we never use: such a module is imported when something in it is first accessed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _StandIn(ModuleType):
    """A placeholder that looks like the module; an attribute access imports the module and is passed on to it."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def imported_when_used(*names: str) -> Iterator[None]:
    """Within the block, imports of these modules get stand-ins; later imports get the modules themselves."""
    made = {name: _StandIn(name) for name in names if name not in sys.modules}
    for name, stand_in in made.items():
        stand_in.__spec__ = ModuleSpec(name, None)
        sys.modules[name] = stand_in
    try:
        yield
    finally:
        for name, stand_in in made.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
