"""Templates to HTML: everything is escaped, but what our own charts drew."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from page.files import VERSION
from page.tables import written
from page.words import Words

HERE = Path(__file__).parent
#: Stand in kept pages for what belongs to one reader: the token of the session, the account. Nobody can type them.
FORM_TOKEN, READER = (f"{name}-{secrets.token_hex(16)}".encode() for name in ("form", "reader"))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals["version"] = VERSION
    made.globals["written"] = written
    made.globals["form_token"], made.globals["reader"] = FORM_TOKEN.decode(), READER.decode()
    return made


def render(template: str, words: Words, province: str, root: str, **context: Any) -> bytes:
    """A template with its context; a name that it lacks is an error."""
    found = _environment().get_template(template)
    return found.render(t=words, province=province, root=root, ask=context.pop("ask", None), **context).encode()
