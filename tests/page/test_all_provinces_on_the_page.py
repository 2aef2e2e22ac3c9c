"""All provinces on the page: the open table's last nights, for accounts that may see them, and for nobody else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from doisoat.open_table.store import Store
from doisoat.province.readers import PageReaders
from fastapi import Request
from page.accounts import Account, account_named
from page.nation import OpenTable
from standalone import postgres
from support.national import NAMES, NIGHT, SIGNS, by_warehouses, provinces
from support.page_served import OpenGate, forget_login, served
from support.world import World

QUESTIONS = ("provinces", "causes", "rates", "shared", "procedures")


class OneAccount(OpenGate):
    """Lets everybody in as an account that the province file knows."""

    def __init__(self, name: str, readers: PageReaders) -> None:
        super().__init__()
        self.name, self.readers = name, readers

    def account(self, request: Request) -> Account:
        return account_named(self.name, self.readers)


@pytest.fixture(scope="module")
def nation(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server, _migrated_warehouse: str
) -> Iterator[tuple[Path, dict[str, World]]]:
    """Where the open table is, and the three provinces in it."""
    directory = tmp_path_factory.mktemp("nation")
    with provinces(directory, postgres_server, _migrated_warehouse) as worlds:
        yield directory / "table", worlds


@pytest.fixture(scope="module")
def own(nation: tuple[Path, dict[str, World]], postgres_server: postgres.Server) -> Iterator[str]:
    """The warehouse of the province whose page it is."""
    dsn = nation[1]["H37"].dsn
    yield dsn
    forget_login(postgres_server.dsn(), dsn)


READERS = PageReaders(everything=["ministry", "province"], agencies={"H37.21": ["unit"]}, all_provinces=["ministry"])


def asked(dsn: str, table: Path | None, name: str, path: str = "/national") -> requests.Response:
    given: dict[str, Any] = {"open_table": OpenTable(str(table))} if table else {}
    with served(dsn, OneAccount(name, READERS), **given) as address:
        return requests.get(address + path, timeout=60)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_comes_to_the_numbers_of_the_warehouses(own: str, nation: tuple[Path, dict[str, World]]) -> None:
    table, worlds = nation
    expected = by_warehouses(worlds)
    with served(own, OneAccount("ministry", READERS), open_table=OpenTable(str(table))) as address:
        page = requests.get(f"{address}/national", timeout=60)
        assert page.status_code == 200
        shown = words_of(page.text)
        difference = expected["bridge_of_all_provinces"][0][4]
        assert difference == sum(row[4] for row in expected["bridge_by_province"]) < 0
        assert f"Cổng DVCQG ít hơn 3 tỉnh {-difference} hồ sơ" in shown
        assert "Có số liệu của 3 trong 34 tỉnh" in shown
        assert all(name in shown for name in NAMES.values())
        found = {
            one: requests.get(f"{address}/export/national/{one}.csv?lang=en", timeout=60).text for one in QUESTIONS
        }
        assert "Các tỉnh" in words_of(requests.get(f"{address}/", timeout=60).text)
        english = words_of(requests.get(f"{address}/national?lang=en", timeout=60).text)
    assert f"The portal shows {-difference} dossiers fewer than 3 provinces" in english
    lines = {name: text.splitlines()[1:] for name, text in found.items()}
    differences = {re.sub('"', "", line).split(",")[0]: int(line.split(",")[4]) for line in lines["provinces"]}
    assert {NAMES[row[0]]: row[4] for row in expected["bridge_by_province"]} == differences
    assert sum(int(line.rsplit(",", 3)[1]) for line in lines["causes"]) == sum(SIGNS.values())
    assert len(lines["causes"]) == len(expected["bridge_by_cause"])
    assert len(lines["shared"]) == len(expected["common_causes"])
    assert len(lines["procedures"]) == len(expected["procedures_that_fail_everywhere"])
    assert len(lines["rates"]) == 3


def test_who_may_not_see_all_provinces_finds_nothing_by_any_address(
    own: str, nation: tuple[Path, dict[str, World]]
) -> None:
    table, _ = nation
    for name in ("province", "unit"):
        for path in ("/national", "/export/national/provinces.csv", "/national?lang=en&night=" + NIGHT):
            answer = asked(own, table, name, path)
            assert answer.status_code == 404, (name, path)
            assert "Lào Cai" not in answer.text
        assert "/national" not in asked(own, table, name, "/gaps").text
    assert asked(own, None, "ministry").status_code == 404


def test_a_province_that_is_behind_is_named_and_an_empty_or_broken_table_says_so(
    own: str, nation: tuple[Path, dict[str, World]], tmp_path: Path
) -> None:
    table, _ = nation
    behind = tmp_path / "table"
    shutil.copytree(table, behind)
    commit = behind / "v1" / "_nights" / "province=H26" / f"night={NIGHT}.json"
    later = commit.with_name("night=2024-04-19.json")
    later.write_text(commit.read_text("utf-8").replace(f'"night":"{NIGHT}"', '"night":"2024-04-19"'), "utf-8")
    page = words_of(asked(own, behind, "ministry").text)
    assert f"Chưa có đêm mới nhất: {NAMES['H01']} (18/04/2024); {NAMES['H37']} (18/04/2024)" in page
    assert "chậm 1 đêm" in page
    assert "chưa có đêm nào" in words_of(asked(own, tmp_path / "none", "ministry").text)
    later.write_text("{", "utf-8")
    broken = asked(own, behind, "ministry")
    assert broken.status_code == 503
    assert "Chưa đọc được bảng mở" in broken.text
    assert Store(str(behind)).list("v1")


def test_who_sees_all_provinces_sees_this_one() -> None:
    with pytest.raises(ValueError, match="all_provinces: lan: sees not even this province"):
        PageReaders(everything=["admin"], all_provinces=["lan"])
    assert PageReaders(others="everything", all_provinces=["lan"]).sees_everything("lan")
