"""Says in uv's words how pip is configured on this machine: `eval "$(python tools/like_pip.py)"` (Makefile).

Behind a company's mirror and certificate authority it is pip that has been configured: in /etc/pip.conf, in the user's file, in
PIP_* variables. uv reads none of them. What uv's own variables say already goes before. Standard library alone, since it runs
before anything is installed.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping

#: What pip calls it (a command's section or the environment over `global`, as pip does) -> the variables that say it to uv.
#: A list in pip is separated by white space.
SAID_TO_UV = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
    "timeout": ("UV_HTTP_TIMEOUT",),
}
_SEPARATOR = {"UV_INDEX": " ", "UV_INSECURE_HOST": " ", "UV_FIND_LINKS": ","}
_SECTIONS = ("global", "download", "install", ":env:")
_ALIASES = {"default-timeout": "timeout"}


def configured(listing: str) -> dict[str, str]:
    """What `pip config list` printed, by option; of several values the one that `pip install` would take."""
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        key, is_one, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if not is_one or section not in _SECTIONS:
            continue
        option, rank = _ALIASES.get(option, option), _SECTIONS.index(section)
        if rank >= found.get(option, (-1, ""))[0]:
            found[option] = rank, str(ast.literal_eval(value))
    return {option: value for option, (_, value) in found.items()}


def for_uv(options: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that tell uv the same; none that is set already.

    With more than one index pip takes the best of all of them, and uv has to be told to; a file that has not the hash which
    requirements.txt has of it is installed by neither.
    """
    said: dict[str, str] = {}
    for option, variables in SAID_TO_UV.items():
        for variable in variables if options.get(option) else ():
            if not (environment.get(variable) or environment.get(variable.lower())):
                values = [value for value in options[option].split() if option != "find-links" or _is_there(value)]
                said |= {variable: _SEPARATOR.get(variable, " ").join(values)} if values else {}
    if "UV_INDEX" in said and not environment.get("UV_INDEX_STRATEGY"):
        said["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return said


def _is_there(place: str) -> bool:
    """A folder that pip is told of and that is missing: pip goes on without it, uv would not."""
    return "://" in place or os.path.exists(place)


def main() -> None:
    """Print the exports; pip's own complaint, if it cannot read its configuration, goes to the terminal."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    for variable, value in for_uv(configured(listing), os.environ).items():
        print(f"export {variable}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
