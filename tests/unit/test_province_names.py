"""Which provinces an installation has, what the things of each are called, and what a broken file costs: its own province."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from doisoat.errors import ConfigurationError
from doisoat.province import tenants
from doisoat.province.site import Site
from doisoat.province.tenants import Tenant


def written(file: Path, province_id: str, *sources: str, **more: object) -> Path:
    """A province file with sources of these names."""
    content = {
        "province": {"id": province_id, "code": "H37", "name": province_id.title()},
        "sources": {name: {"kind": "igate"} for name in sources or ("igate",)},
        **more,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of provinces beside an installation's own, `own.yaml`."""
    monkeypatch.setenv("DOISOAT_PROVINCE", str(written(tmp_path / "own.yaml", "lang_son")))
    monkeypatch.setenv("DOISOAT_PROVINCES", str(tmp_path / "provinces"))
    written(tmp_path / "provinces" / "hue.yaml", "hue")
    written(tmp_path / "provinces" / "da_nang.yaml", "da_nang")
    return tmp_path / "provinces"


def test_the_installations_own_province_goes_on_under_plain_names(folder: Path) -> None:
    own = tenants.own()
    assert (own.called("warehouse"), own.dag_id("deep_sweep"), own.variable("igate")) == (
        "warehouse", "deep_sweep", "AIRFLOW_CONN_IGATE",
    )  # fmt: skip
    hue = tenants.of_dag("deep_sweep.hue")
    assert (hue.called("warehouse"), hue.dag_id("deep_sweep"), hue.variable("igate")) == (
        "warehouse_hue", "deep_sweep.hue", "AIRFLOW_CONN_IGATE_HUE",
    )  # fmt: skip
    assert [tenant.id for tenant in tenants.tenants()] == ["", "da_nang", "hue"]
    assert tenants.pools() == ["igate", "igate_da_nang", "igate_hue"]
    assert tenants.of_dag("deep_sweep") == own


def test_each_asks_for_its_own_connections(folder: Path) -> None:
    asked: list[str] = []

    def lookup(name: str) -> None:
        asked.append(name)

    for tenant in tenants.tenants():
        site = Site.from_environment(lookup, tenant)  # type: ignore[arg-type]
        site.connections("igate")
    assert asked == ["igate", "igate_da_nang", "igate_hue"]


def test_a_province_is_named_by_its_id_or_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hue = Tenant(folder / "hue.yaml", "hue")
    assert tenants.named("hue") == tenants.named(str(folder / "hue.yaml")) == hue
    assert tenants.named("lang_son") == tenants.own()
    with pytest.raises(ConfigurationError, match=r"there are lang_son, da_nang, hue; do: write .*/lao_cai\.yaml"):
        tenants.named("lao_cai")
    for given in ("hue", str(folder / "hue.yaml")):
        monkeypatch.setenv("DOISOAT_PROVINCE", given)
        assert tenants.own() == hue
        assert [tenant.id for tenant in tenants.tenants()] == ["da_nang", "hue"]  # and no other own


@pytest.mark.parametrize(
    ("province_id", "sources", "said"),
    [
        ("lang_son", ("igate",), "its province.id is 'lang_son'"),
        ("new", ("igate", "IGATE"), "source id 'IGATE'"),
        ("new", ("igate_hue",), None),  # igate_hue_new: nobody else's
    ],
)
def test_a_broken_file_concerns_its_own_province_alone(
    folder: Path, province_id: str, sources: tuple[str, ...], said: str | None
) -> None:
    written(folder / "new.yaml", province_id, *sources)
    good, broken = tenants.read_all()
    assert [tenant.id for tenant in good] == ["", "da_nang", "hue", *([] if said else ["new"])]
    assert [tenant.id for tenant in broken] == (["new"] if said else [])
    assert all(said in str(error) for error in broken.values() if said)


def test_no_province_is_asked_in_anothers_place(folder: Path) -> None:
    """Two names that come to the same: a source of the own one called as a further province's is."""
    written(folder.parent / "own.yaml", "lang_son", "igate_hue")
    _, broken = tenants.read_all()
    assert [(tenant.id, str(error)) for tenant, error in broken.items()] == [
        ("hue", "province file hue.yaml: connection 'igate_hue' is that of own.yaml; do: call it otherwise")
    ]
    written(folder.parent / "own.yaml", "hue")  # its landings would be the other's
    _, broken = tenants.read_all()
    assert "province 'hue' is that of own.yaml" in str(broken[Tenant(folder / "hue.yaml", "hue")])


def test_a_province_may_say_where_its_work_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOISOAT_LANDING", raising=False)
    written(folder / "hue.yaml", "hue", place={"queue": "hue", "landing": "/srv/hue"})
    hue = tenants.named("hue")
    assert hue.settings().place.queue == "hue"
    assert Site.from_environment(tenant=hue).landing_root == Path("/srv/hue")
    monkeypatch.setenv("DOISOAT_LANDING", "/srv/all")  # the environment goes before, as everywhere
    assert Site.from_environment(tenant=hue).landing_root == Path("/srv/all")
