"""A word that names nothing is refused in one line that says what to do; it is never answered with none, nor with a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import doisoat
from support.world import World

NIGHT = "2024-04-19"
WRONG = {
    "gaps --night 2020-01-01": "never opened",
    "rates --night 2020-01-01": "never opened",
    "reported --night 2020-01-01": "never opened",
    "gaps --owner H99": "none has this id or code",
    "gaps --format xlsx --out no/such/folder/gaps.xlsx": "No such file or directory",
    "form --from 2024-03-01 --to 2024-03-31 --xlsx no/such/folder/form.xlsx": "No such file or directory",
    "bridge --field nonsense": "field_code of mart.dim_procedure",
    "bridge --procedure 9.123456": "procedure_family of mart.dim_procedure",
    "score --if cause=nonsense": "docs/generated/causes.md",
    "score --if procedure=nonsense": "procedure_family of mart.dim_procedure",
    "reported --measure nonsense": "received_online",
    "services --month 2024-05": "it begins after night 2024-04-19",
    "walk --month 2024-05": "it begins after night 2024-04-19",
    "gap --agency H99 acknowledge": "none has this id or code",
    "gap --cause nonsense acknowledge": "docs/generated/causes.md",
    "gap --kind nonsense acknowledge": "extra_national_row",
    "gap --pair nonsense acknowledge": "national_provincial",
    "rates --procedure nonsense": "procedure_family of mart.dim_procedure",
    "bridge --level nonsense": "commune",
    "bridge --from 2024-03 --to 2024-01": "give the earlier one first",
    "rates --field nonsense": "field_code of mart.dim_procedure",
    "rates --channel nonsense": "online",
    "rates --from 2024-03 --to 2024-01": "give the earlier one first",
    "rates --format nonsense": "csv",
    "walk --month 2024-03 --format nonsense": "csv",
    "score --indicator nonsense": "sync_received",
    "score --month 2024-03 --year 2024": "give only one of them",
}


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate="code | status\nH37.21.01-240401-0001 | 4", national_export="code | status")
    return world


def test_a_word_that_names_nothing_is_refused(world: World) -> None:
    for words, says in WRONG.items():
        done = doisoat(world, *words.split())
        assert done.returncode in (1, 2), words
        assert says in " ".join(done.stderr.replace("│", " ").split()), (words, done.stderr)
        assert "Traceback" not in done.stderr, words
        assert "none\n" not in done.stdout, words


def test_words_that_name_something_are_answered(world: World) -> None:
    [(field,)] = world.rows("select min(field_code) from mart.dim_procedure")
    for words in (f"rates --night {NIGHT} --field {field}", f"bridge --level commune --channel direct --field {field}",
                  "bridge --level unknown", "bridge --by agency --field unknown", "services --month 2024-04",
                  "gap --agency 000.01.21.H37 acknowledge",
                  "rates --level unknown --channel unknown --from 2024-03 --to 2024-03", f"reported --night {NIGHT}",
                  "score --month 2024-04", "catalogues --day 2020-01-01"):  # fmt: skip
        done = doisoat(world, *words.split())
        assert done.returncode == 0, (words, done.stderr)


def test_a_group_that_shares_no_agency_does_not_have_the_unknown_one(world: World) -> None:
    assert doisoat(world, "gaps", "--owner", "H37.21.01").stdout.count("H37.21.01-240401-0001") == 1
    assert "unknown" not in doisoat(world, "groups").stdout


def test_moments_are_told_by_the_provinces_clock(world: World) -> None:
    told = json.loads(doisoat(world, "sources", "--format", "json").stdout)
    moments = [row["cut_off"] for row in told if row["cut_off"]]
    assert moments
    assert {moment[-6:] for moment in moments} == {"+07:00"}
