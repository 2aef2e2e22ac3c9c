"""Which parts of the campaign a change touches."""

from __future__ import annotations

from pathlib import Path

import campaign
import pytest
import yaml

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two parts on files of their own, and what they did when they ran."""
    for name in ("one.py", "two.sql", "test_one.py", "test_two.py"):
        (tmp_path / name).write_text(name)
    told = {
        name: {"proves": name, "tests": [f"test_{name}.py"], "minutes": minutes, "code": [code]}
        for name, minutes, code in (("one", 5, "one.py"), ("two", 20, "**/*.sql"))
    }
    (tmp_path / "parts.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
    monkeypatch.setattr(campaign, "PROJECT", tmp_path)
    monkeypatch.setattr(campaign, "PARTS", tmp_path / "parts.yaml")
    monkeypatch.setattr(campaign, "PASSED", tmp_path / "passed.yaml")
    return tmp_path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The test files that pytest was given; it passes but for test_two.py."""
    given: list[str] = []

    class Ended:
        def __init__(self, command: list[str], **_: object) -> None:
            given.append(command[-1])
            self.returncode = int(command[-1] == "test_two.py")

    monkeypatch.setattr(campaign.subprocess, "run", Ended)
    return given


def test_a_part_that_passed_is_not_run_again_until_its_files_change(project: Path, ran: list[str]) -> None:
    assert campaign.main(["run", "one"]) == 0
    assert campaign.main(["touched", "--minutes", "10"]) == 0
    assert ran == ["test_one.py"]
    (project / "one.py").write_text("other")
    assert campaign.main(["touched", "--minutes", "10"]) == 0
    assert ran == ["test_one.py"] * 2


def test_a_part_that_failed_is_run_again(project: Path, ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["run"]) == 1
    assert "failed: two" in capsys.readouterr().out
    assert campaign.main(["touched", "--minutes", "30"]) == 1
    assert ran == ["test_one.py", "test_two.py", "test_two.py"]


def test_it_says_what_runs_why_and_what_is_left_out(
    project: Path, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    campaign.main(["run", "one"])
    (project / "test_one.py").write_text("another test")
    (project / "new.sql").write_text("select 1")
    capsys.readouterr()
    campaign.main(["touched", "--minutes", "19"])
    said = capsys.readouterr().out
    assert "one: runs, because these changed since it last passed: test_one.py\n" in said
    assert "two: touched (**/*.sql, test_two.py), LEFT OUT for want of 20 min" in said
    assert ran == ["test_one.py", "test_one.py"]


def test_a_pattern_that_names_nothing_is_an_error(project: Path) -> None:
    (project / "two.sql").unlink()
    with pytest.raises(SystemExit, match=r"\*\*/\*\.sql: there is no such file"):
        campaign.main(["touched"])


def test_every_test_of_the_campaign_is_in_a_part_and_every_part_has_its_files() -> None:
    named = {test.split("::")[0] for part in campaign.load_parts() for test in part.tests}
    there = {str(path.relative_to(PROJECT)) for path in (PROJECT / "tests" / "campaign").glob("test_*.py")}
    assert there <= named
    assert all((PROJECT / name).exists() for name in named)
    for part in campaign.load_parts():
        part.fingerprints()
    assert sum(part.minutes for part in campaign.load_parts()) <= 90


def test_a_part_that_needs_what_is_not_here_is_left_out_of_ci_and_fails_where_it_is_asked_for(
    project: Path, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = yaml.safe_load((project / "parts.yaml").read_text())
    told["one"]["needs"] = {"no-such-program": "some-package"}
    (project / "parts.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
    assert campaign.main(["touched", "--minutes", "10"]) == 0
    assert (
        "one: touched (one.py, test_one.py), LEFT OUT for want of: apt-get install some-package"
        in capsys.readouterr().out
    )
    assert campaign.main(["run", "one"]) == 1
    assert ran == []
    assert not (project / "passed.yaml").exists(), "what did not run did not pass"
