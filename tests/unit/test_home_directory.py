"""Which home a command means that is told none."""

from __future__ import annotations

from pathlib import Path

import pytest
from doisoat.province.site import home_directory


@pytest.mark.parametrize(
    ("servers", "told", "home"),
    [
        ((), None, ".doisoat/run"),
        (("run",), None, ".doisoat/run"),
        (("run", "up"), None, ".doisoat/up"),  # as `make doisoat`: what `make night` left
        (("run", "up"), "elsewhere", "elsewhere"),
    ],
)
def test_the_home_that_has_a_server(
    servers: tuple[str, ...], told: str | None, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOISOAT_HOME", raising=False)
    if told:
        monkeypatch.setenv("DOISOAT_HOME", told)
    for server in servers:
        (tmp_path / ".doisoat" / server / "postgres").mkdir(parents=True)
    assert home_directory() == Path(home)
