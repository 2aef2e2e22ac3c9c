"""What somebody types is text, or is refused before anything else happens."""

from __future__ import annotations

import pytest
from support.commands import typed


@pytest.mark.parametrize(
    "words",
    [("explain", "H37\udcff"), ("gap", "--cause", "\udcff", "acknowledge"), ("answers", "a.xlsx", "--by", "\udcff")],
)
def test_an_argument_in_another_encoding_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    done = typed({}, *words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: asked for arguments in UTF-8; got: argument ")
    assert len(done.stderr.splitlines()) == 1
