"""Three nights of a province whose case system is OpenCPS, held against the sandbox's answer key."""

from __future__ import annotations

from pathlib import Path

from doisoat.province.site import Site
from doisoat.warehouse import connect
from standalone.sandbox import Sandbox

from support import nights_against_key as against
from support.provinces import CONFIG

DOSSIERS = 1100
#: What the file leaves out on purpose, the portal being sent no status for it, is unknown and not guessed; its word is kept as a
#: fingerprint, like any that nothing knows (ADR 28).
UNMAPPED = ("opencps", "#", "4", None)


def opencps_in_a(directory: Path) -> Path:
    """The province file that ships."""
    return CONFIG / "opencps_example.yaml"


def three_nights(province: Path, sandbox: Sandbox, home: Path, dsn: str) -> Site:
    """Run them all; returns the site that did."""
    site = against.site_of(province, home, dsn, sandbox.connections())
    for night in against.NIGHTS:
        against.run_night(site, sandbox, night)
    return site


def check_opencps(variant: str, province: Path, home: Path, dsn: str) -> None:
    """What OpenCPS shows in this variant of the sandbox is held, judged and understood as the key says."""
    with against.served(home / "sandbox", DOSSIERS, variant) as sandbox:
        three_nights(province, sandbox, home, dsn)
        key = against.key_of(sandbox)
    with connect(dsn) as connection:
        assert against.failed_checks(connection) == []
        assert against.incomplete_pulls(connection) == []
        assert against.held_otherwise(connection, key, [], "opencps") == {}
        wrong = against.wrongly_present(connection, key, "opencps")
        assert {case for case in wrong if case not in against.UNLINKED} == set()
        wrong_statuses = against.wrong_statuses(connection, key, system="opencps")
        assert {(source_id, word[:1], *statuses) for source_id, word, *statuses in wrong_statuses} == {UNMAPPED}
