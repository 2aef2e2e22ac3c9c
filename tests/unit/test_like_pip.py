"""`make` installs from where pip would: the index, the certificates and the proxy that pip is configured with."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tools.like_pip import configured, for_uv

PROJECT = Path(__file__).parents[2]
LISTED = """:env:.cert='/of/the/shell.pem'
:env:.default-timeout='180'
global.cert='/etc/company.pem'
global.extra-index-url='\\nhttps://more.example/simple\\nhttps://most.example/simple'
global.find-links='/nowhere'
global.index-url='https://slow.example/simple'
global.no-color='1'
install.index-url='https://mirror.example/simple'
install.trusted-host='one.example two.example:8443'
list.index-url='https://wrong.example/simple'
wheel.proxy='http://wrong.example:1'
global.proxy='http://proxy.example:3128'
"""


def test_pips_options_are_said_in_uvs_words() -> None:
    assert for_uv(configured(LISTED), {}) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://more.example/simple https://most.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "one.example two.example:8443",
        "SSL_CERT_FILE": "/of/the/shell.pem",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "180",
    }


def test_what_is_said_to_uv_already_goes_before() -> None:
    ours = {"UV_DEFAULT_INDEX": "https://mine.example", "SSL_CERT_FILE": "/mine", "https_proxy": "http://mine"}
    assert set(for_uv(configured(LISTED), ours)) & {*ours, "HTTPS_PROXY"} == set()
    assert for_uv({}, {}) == {}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A package index with one package, over TLS of an authority of its own: its address, and the authority's certificate."""
    files = tmp_path / "served" / "simple" / "invented-package"
    files.mkdir(parents=True)
    wheel = files / "invented_package-1.0-py3-none-any.whl"
    about = "invented_package-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as content:
        content.writestr("invented_package.py", "")
        content.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: invented-package\nVersion: 1.0\n")
        content.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        content.writestr(f"{about}/RECORD", "")
    (files / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    certificate, trusted = certified(tmp_path, "localhost")
    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/simple/", trusted
        server.shutdown()


def certified(folder: Path, host: str) -> tuple[Path, Path]:
    """A key with its certificate for this host, and the certificate of the authority that signed it."""
    now, keys = dt.datetime.now(dt.UTC), [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("an authority", host)]
    pems = [
        x509.CertificateBuilder(names[0], name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=key is keys[0], path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(keys[0], hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        for name, key in zip(names, keys, strict=True)
    ]
    private = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(pems[0])
    (folder / "host.pem").write_bytes(private + pems[1])
    return folder / "host.pem", folder / "authority.pem"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.mark.parametrize("has_authority", [True, False])
def test_a_mirror_behind_a_companys_authority_is_installed_from(
    mirror: tuple[str, Path], tmp_path: Path, has_authority: bool
) -> None:
    address, trusted = mirror
    cert = f"cert = {trusted}\n" if has_authority else ""
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {address}\n{cert}")
    kept = ("PATH", "HOME", "TMPDIR")
    ours = {name: os.environ[name] for name in kept if name in os.environ} | {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "SSL_CERT_FILE": "" if has_authority else "/etc/ssl/certs/ca-certificates.crt",
    }
    python, uv = Path(sys.base_prefix) / "bin" / "python3", Path(sys.executable).with_name("uv")  # the one that has pip
    script = f'set -e; eval "$({python} tools/like_pip.py)"; {uv} pip install --quiet --target "$1" invented-package'
    command = ["sh", "-c", script, "sh", str(tmp_path / "installed")]
    done = subprocess.run(command, env=ours, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is has_authority, done.stderr
    assert (tmp_path / "installed" / "invented_package.py").exists() is has_authority
