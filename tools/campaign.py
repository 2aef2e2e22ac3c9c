"""The campaign: tests that take long by nature, in parts. `make campaign` runs all of it, `.ci/run` what a change touches.

    python tools/campaign.py run [PART ...]        every part, or these; a part that passed is noted in tests/campaign/passed.yaml
    python tools/campaign.py touched --minutes 15  the parts whose code is not what they last passed on, as far as the time goes
    python tools/campaign.py list                  each part, what it proves, and whether it passed on what is here

A part names the files whose behaviour it proves (tests/campaign/parts.yaml). Its fingerprint is that of their contents, so it
needs no history: a fresh clone knows which parts a change touches.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
PARTS = PROJECT / "tests" / "campaign" / "parts.yaml"
PASSED = PROJECT / "tests" / "campaign" / "passed.yaml"


@dataclass(frozen=True)
class Part:
    """One part of the campaign.

    Attributes:
        proves: in one sentence.
        tests: what pytest is given.
        minutes: how long it takes on two cores, measured.
        code: the files whose behaviour it proves, as patterns from the project's root.
        needs: programs that a machine may lack -> Debian's packages that bring them.
    """

    name: str
    proves: str
    tests: list[str]
    minutes: float
    code: list[str]
    needs: dict[str, str] = field(default_factory=dict)

    def lacks(self) -> str:
        """What has to be installed first, or nothing."""
        missing = {packages for program, packages in self.needs.items() if not shutil.which(program)}
        return f"apt-get install {' '.join(sorted(missing))}" if missing else ""

    def fingerprints(self) -> dict[str, str]:
        """Pattern -> a digest of the files that it names, with its own tests among them."""
        tests = [test.split("::")[0] for test in self.tests]
        own = [f"{test}/**/*.py" if (PROJECT / test).is_dir() else test for test in tests]
        return {pattern: _digest(pattern) for pattern in [*self.code, *own]}

    def changed(self, passed: dict[str, dict[str, str]]) -> list[str]:
        """The patterns whose files are not what the part last passed on."""
        before = passed.get(self.name, {})
        return [pattern for pattern, digest in self.fingerprints().items() if before.get(pattern) != digest]


def _digest(pattern: str) -> str:
    files = sorted(path for path in PROJECT.glob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    if not files:
        raise SystemExit(f"tests/campaign/parts.yaml: {pattern}: there is no such file")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def load_parts() -> list[Part]:
    """The parts, in the order in which they run."""
    told = yaml.safe_load(PARTS.read_text("utf-8"))
    return [Part(name=name, **facts) for name, facts in told.items()]


def load_passed() -> dict[str, dict[str, str]]:
    """Part -> what it last passed on."""
    return yaml.safe_load(PASSED.read_text("utf-8")) or {} if PASSED.exists() else {}


def run(parts: list[Part]) -> int:
    """Run them one after the other; each that passes is noted at once. Returns the exit code."""
    failed, began = [], time.monotonic()
    for number, part in enumerate(parts, 1):
        minutes = (time.monotonic() - began) / 60
        _say(
            f"[{number}/{len(parts)}, after {minutes:.0f} min] {part.name}, about {part.minutes:.0f} min: {part.proves}"
        )
        if lacks := part.lacks():
            _say(f"campaign: {part.name}: NOT RUN, this machine lacks what it needs: {lacks}")
            failed.append(part.name)
            continue
        on = part.fingerprints()
        report = PROJECT / "build" / "campaign" / f"{part.name}.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", "--durations=5", f"--junitxml={report}", *part.tests]
        if subprocess.run(command, cwd=PROJECT, env={**os.environ, "DOISOAT_CAMPAIGN": "1"}, check=False).returncode:
            failed.append(part.name)
        else:
            passed = {**load_passed(), part.name: on}
            PASSED.write_text(yaml.safe_dump(dict(sorted(passed.items())), sort_keys=False), "utf-8")
    if failed:
        _say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def touched(parts: list[Part], minutes: float) -> int:
    """Run the parts that the change touches, while their measured times fit; says which, why, and what is left out."""
    chosen, passed = [], load_passed()
    for part in parts:
        if not (changed := part.changed(passed)):
            _say(f"campaign: {part.name}: not touched since it last passed")
        elif lacks := part.lacks():
            _say(f"campaign: {part.name}: touched ({', '.join(changed)}), LEFT OUT for want of: {lacks}")
        elif part.minutes > minutes:
            _say(f"campaign: {part.name}: touched ({', '.join(changed)}), LEFT OUT for want of {part.minutes:.0f} min; "
                 "`make campaign` before a release runs it")  # fmt: skip
        else:
            minutes -= part.minutes
            chosen.append(part)
            _say(f"campaign: {part.name}: runs, because these changed since it last passed: {', '.join(changed)}")
    return run(chosen)


def _say(line: str) -> None:
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    """Do what is asked; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("parts", nargs="*", metavar="PART")
    commands.add_parser("touched").add_argument("--minutes", type=float, default=15)
    commands.add_parser("list")
    asked = parser.parse_args(arguments)
    parts = load_parts()
    if asked.command == "touched":
        return touched(parts, asked.minutes)
    if asked.command == "list":
        passed = load_passed()
        for part in parts:
            _say(
                f"{part.name:14} {'touched' if part.changed(passed) else 'passed':8} {part.minutes:3.0f} min  {part.proves}"
            )
        return 0
    if unknown := set(asked.parts) - {part.name for part in parts}:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(part.name for part in parts)}")
    return run([part for part in parts if not asked.parts or part.name in asked.parts])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
