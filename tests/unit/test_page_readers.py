"""Who sees what on the page, as the province file says it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from doisoat.connections import connection_from_environment
from doisoat.errors import ConfigurationError
from doisoat.nights.readiness import Verdict, probe
from doisoat.province.file import load_province
from doisoat.province.readers import PageReaders
from doisoat.province.reference import unknown_agencies
from doisoat.province.site import Site
from page.accounts import Account, account_named
from page.errors import SeesNothingError
from support.provinces import CONFIG

READERS = PageReaders(everything=["admin"], agencies={"H37.21": ["lan", "minh"], "H37.03": []})


def test_an_account_sees_its_agency_or_everything_or_nothing() -> None:
    assert account_named("lan", READERS) == Account("lan", "H37.21")
    assert account_named("admin", READERS) == Account("admin", None)
    for name in ("somebody", "", "Lan", "lan ", "H37.21"):
        with pytest.raises(SeesNothingError):
            account_named(name, READERS)


def test_others_see_what_the_file_says_and_nothing_if_it_says_nothing() -> None:
    assert PageReaders().others == "nothing"
    open_to_all = PageReaders(others="everything", agencies={"H37.21": ["lan"]})
    assert account_named("somebody", open_to_all).agency_id is None
    assert account_named("lan", open_to_all).agency_id == "H37.21"


@pytest.mark.parametrize(
    ("section", "said"),
    [({"everything": ["a"], "agencies": {"H37.21": ["a"]}}, "more than once: a"),
     ({"agencies": {"H37.21": ["a"], "H37.03": ["a"]}}, "more than once: a"),
     ({"everything": [" a"]}, "space or a control character"),
     ({"everything": [""]}, "empty"), ({"others": "all"}, "others"),
     ({"everything": [7]}, "everything"), ({"units": {}}, "units")],
)  # fmt: skip
def test_a_section_that_could_be_understood_in_two_ways_is_refused(tmp_path: Path, section: dict, said: str) -> None:
    content = yaml.safe_load((CONFIG / "lang_son.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "province.yaml"
    file.write_text(yaml.safe_dump({**content, "page": section}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_province(file)


def test_the_agencies_that_do_not_exist_are_named(tmp_path: Path) -> None:
    settings = load_province(CONFIG / "lang_son.yaml")
    assert unknown_agencies(settings) == []
    page = PageReaders(agencies={"H37.03": ["a"], "H37.21": ["b"], "H99": ["c"], "H37.999": []})
    wrong = settings.model_copy(update={"page": page})
    assert unknown_agencies(wrong) == ["H37.999", "H99"]
    found = next(probe(Site(wrong, connection_from_environment, tmp_path)))
    assert (found.name, found.verdict) == ("configuration", Verdict.WRONG)
    assert "H37.999, H99, which it does not have" in found.said


def test_the_login_of_the_beginning_sees_the_whole_province() -> None:
    """`make up` and docker-compose.yml both begin with the login admin."""
    for name in ("lang_son.yaml", "opencps_example.yaml"):
        assert load_province(CONFIG / name).page.sees_everything("admin")
