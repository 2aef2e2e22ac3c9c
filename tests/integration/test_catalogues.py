"""Catalogues of the portal against the province's own, dated, on a real PostgreSQL and real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from doisoat.errors import SourceChangedError, SourceUnavailableError
from doisoat.load.reference import load_reference
from doisoat.nights import steps
from doisoat.warehouse import writing
from support.mapi_servers import DSTCODE, FakeAdapter, adapter_connection
from support.servers import LOCAL, Reply, serving
from support.world import World

SUNDAY, NEXT = (dt.datetime(2024, 4, day, 3, tzinfo=LOCAL) for day in (14, 21))
OWN_PROCEDURES = {
    "1.000482": "Đăng ký khai tử",
    "1.001193": "Đăng ký khai sinh",
    "2.000635": "Cấp bản sao trích lục hộ tịch",
}
OWN_AGENCIES = {
    "H37": "UBND tỉnh Lạng Sơn", "H37.03": "Sở Tư pháp", "H37.21": "UBND huyện Tràng Định",
    "H37.21.01": "UBND xã Quốc Khánh", "H37.21.02": "UBND xã Tân Tiến",
}  # fmt: skip


@pytest.fixture
def portal() -> Iterator[FakeAdapter]:
    system = FakeAdapter()
    system.catalogues = {
        "LayDanhSachTTHC": [{"MATTHC": f"{c}.000.00.00.H37", "TENTTHC": n} for c, n in OWN_PROCEDURES.items()],
        "LayDanhMucCoQuan": [{"MADONVI": c, "TENDONVI": n, "CAPDONVI": "1"} for c, n in OWN_AGENCIES.items()],
        "LayDanhMucLinhVuc": [{"MALINHVUC": "H37.LV01", "TENLINHVUC": "Hộ tịch", "MANGANH": "TP"}],
    }
    with serving(system):
        yield system


@pytest.fixture
def world(tmp_path, warehouse_dsn, portal) -> World:
    adapter = {"kind": "national_adapter", "options": {"dstcode": DSTCODE}, "limits": {"patience_seconds": 0}}
    return World(
        tmp_path, warehouse_dsn, sources={"national_adapter": adapter},
        connections={"national_adapter": adapter_connection(portal.port)},
    )  # fmt: skip


def differences(world: World) -> list[tuple[str, ...]]:
    return world.rows(
        "select catalogue, code, kind, code_there from mart.catalogue_difference where is_current order by 1, 2"
    )


def test_catalogues_that_agree_differ_in_nothing(world):
    assert steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY) == {"entries": 9, "differences": 0}


def test_each_kind_of_difference_is_told_with_both_names(world, portal):
    procedures, agencies = portal.catalogues["LayDanhSachTTHC"], portal.catalogues["LayDanhMucCoQuan"]
    del procedures[2]
    procedures[0]["TENTTHC"] = "Đăng ký khai tử, khai sinh"
    procedures.append({"MATTHC": "1.009999", "TENTTHC": "Thủ tục mới"})
    agencies[1]["MADONVI"] = "000.00.03.H37"
    agencies[3]["TENDONVI"] = "Ủy ban nhân dân xã Quốc Kha\u0301nh, tỉnh Lạng Sơn"  # the same name, loosely written
    steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY)
    assert differences(world) == [
        ("agency", "H37.03", "code_differs", "000.00.03.H37"),
        ("procedure", "1.000482", "name_differs", "1.000482"),
        ("procedure", "1.009999", "only_there", "1.009999"),
        ("procedure", "2.000635", "only_here", None),
    ]
    assert world.rows("select name_there, name_here from mart.catalogue_difference where kind = 'name_differs'") == [
        ("Đăng ký khai tử, khai sinh", "Đăng ký khai tử")
    ]


def test_differences_are_dated(world, portal):
    portal.catalogues["LayDanhSachTTHC"].append({"MATTHC": "1.009999", "TENTTHC": "Thủ tục mới"})
    steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY)
    portal.catalogues["LayDanhSachTTHC"].pop()
    steps.sync_catalogue(world.site, "national_adapter", at=NEXT)
    assert differences(world) == []
    assert world.rows("select code, since::text, until::text from mart.catalogue_difference") == [
        ("1.009999", "2024-04-14", "2024-04-21")
    ]


def test_a_catalogue_is_read_once_a_day_and_replayed_from_its_landing(world, portal):
    steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY)
    requests = len(portal.requests)
    portal.always(Reply({}, 503))
    assert steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY) == {"entries": 9, "differences": 0}
    assert len(portal.requests) == requests


def test_a_catalogue_that_comes_empty_or_not_at_all_leaves_the_last_good_one(world, portal):
    steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY)
    portal.catalogues = {service: [] for service in portal.catalogues}
    with pytest.raises(SourceChangedError):
        steps.sync_catalogue(world.site, "national_adapter", at=NEXT)
    portal.always(Reply({}, 503))
    with pytest.raises(SourceUnavailableError):
        steps.sync_catalogue(world.site, "national_adapter", at=NEXT)
    assert world.rows("select count(*) from core.catalogue_entry where to_night = 'infinity'") == [(9,)]


def test_agencies_are_those_of_the_day(world, portal):
    """After the reform of 1 July 2025 the old communes are no longer ours."""
    steps.sync_catalogue(world.site, "national_adapter", at=dt.datetime(2025, 7, 6, 3, tzinfo=LOCAL))
    assert ("agency", "H37.21.01", "only_there", "H37.21.01") in differences(world)
    assert ("agency", "H37.101", "only_here", None) in differences(world)


def test_what_sources_taught_us_is_not_our_own_catalogue(world):
    with writing(world.dsn) as connection:
        load_reference(connection, world.site.settings)
        connection.execute("insert into core.procedure (procedure_family, origin) values ('9.999999', 'igate')")
    assert steps.sync_catalogue(world.site, "national_adapter", at=SUNDAY)["differences"] == 0
