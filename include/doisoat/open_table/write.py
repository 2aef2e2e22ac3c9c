"""Writing published nights into the open table, and taking out what is no longer published.

A night's files are written aside, under names that no other run uses; then its commit is put, while nothing can be published
or withdrawn: what the table shows is what the warehouse shows. A reader that had read the former commit has a day to finish, then
the files that no commit names are deleted.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets
from collections.abc import Iterable, Iterator
from importlib.metadata import version

import psycopg

from doisoat.errors import NightNotCollectedError
from doisoat.open_table.commits import Commit, File, put_commit, read_commit, read_commits, version_folder
from doisoat.open_table.schema import load_schema, tables_of
from doisoat.open_table.store import Store
from doisoat.province.site import Site
from doisoat.reports.export import View, write_view
from doisoat.warehouse import connect, writing

log = logging.getLogger(__name__)

#: How long what no commit names is kept: for readers of the former commit, and for a run that is still writing.
KEPT = dt.timedelta(days=1)
_FILE = re.compile(r"v\d+/(?P<table>[a-z_]+)/province=(?P<province>[A-Z]\d\d)/night=(?P<night>\d{4}-\d\d-\d\d)/[^/]+")
#: What withdrew a night: not a revision that replaced it, nor retention, which only makes room in the warehouse.
_STANDING = "select night, revision, published_at from ops.publication where withdrawn_at is null"
_WITHDRAWN = """select night from ops.publication group by night
    having not bool_or(withdrawn_at is null or coalesce(withdrawn_at = expired_at, false))"""

#: (revision, published at): with the night, what a commit rests on.
Published = tuple[int, dt.datetime]


def synchronise(site: Site, store: Store, nights: Iterable[dt.date]) -> list[Commit]:
    """Write these published nights, and whichever of the table was published anew; take out what was withdrawn.

    Returns the commits that are others than before.

    Raises:
        NightNotCollectedError: one of the nights is not published.
        TableNotWrittenError: the store did not take or give something.
    """
    province, wanted = site.settings.province.code, set(nights)
    with connect(site.dsn) as connection:
        standing, withdrawn = _standing(connection), {night for (night,) in connection.execute(_WITHDRAWN)}
    if unpublished := sorted(wanted - set(standing)):
        raise NightNotCollectedError(f"night {unpublished[0]}: not published, so there is nothing to write of it")
    held = {commit.night: commit for commit in read_commits(store, province)}
    made = [_withdraw(site, store, held[night]) for night in sorted(withdrawn & set(held)) if held[night].files]
    anew = {night for night, commit in held.items() if night in standing and _rests_on(commit) != standing[night]}
    made += [_write(site, store, night) for night in sorted(anew | wanted - set(held))]
    delete_unnamed(store, province, now=dt.datetime.now(dt.UTC))
    return [commit for commit in made if commit]


def _standing(connection: psycopg.Connection) -> dict[dt.date, Published]:
    return {night: (revision, at) for night, revision, at in connection.execute(_STANDING)}


def _rests_on(commit: Commit) -> Published | None:
    return (commit.revision, commit.published_at) if commit.files else None


def _write(site: Site, store: Store, night: dt.date) -> Commit | None:
    """Write a night and commit it; nothing if another revision was published meanwhile: its own run writes that."""
    with connect(site.dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        published = _standing(connection).get(night)
        if published is None:
            return None
        made = _commit(site, night, published, list(_files(connection, store, site, night, published[0])))
    with writing(site.dsn) as connection:
        if _standing(connection).get(night) == published:
            put_commit(store, made)
            log.info(
                "open table: night %s, revision %s: %s rows in %s tables",
                night,
                made.revision,
                made.rows,
                len(made.files),
            )
            return made
    log.info("open table: night %s was published anew while it was written; what was written is left out", night)
    return None


def _files(connection: psycopg.Connection, store: Store, site: Site, night: dt.date, revision: int) -> Iterator[File]:
    where, name = f"province={site.settings.province.code}/night={night}", f"r{revision}-{secrets.token_hex(6)}.parquet"
    for view in tables_of(connection):
        path = f"{view.name}/{where}/{name}"
        with store.writing(f"{version_folder()}/{path}") as file:
            rows = write_view(connection, view, night, file, _metadata(site, view, night, revision))
        yield File(table=view.name, path=path, rows=rows, bytes=store.size(f"{version_folder()}/{path}"))


def _metadata(site: Site, view: View, night: dt.date, revision: int) -> dict[str, str]:
    return {
        "doisoat.schema_version": str(load_schema().version),
        "doisoat.table": view.name,
        "doisoat.province": site.settings.province.code,
        "doisoat.night": str(night),
        "doisoat.revision": str(revision),
        "doisoat.version": version("doisoat"),
    }


def _withdraw(site: Site, store: Store, commit: Commit) -> Commit | None:
    """Let a night disappear, unless it is published again by now."""
    with writing(site.dsn) as connection:
        if commit.night in _standing(connection):
            return None
        gone = _commit(site, commit.night, (commit.revision, commit.published_at), [])
        put_commit(store, gone)
    log.warning("open table: night %s was withdrawn, and is no longer shown", commit.night)
    return gone


def _commit(site: Site, night: dt.date, published: Published, files: list[File]) -> Commit:
    return Commit(
        schema_version=load_schema().version,
        province=site.settings.province.code,
        province_name=site.settings.province.name,
        night=night,
        revision=published[0],
        published_at=published[1],
        written_at=dt.datetime.now(dt.UTC),
        doisoat=version("doisoat"),
        files=files,
    )


def delete_unnamed(store: Store, province: str, *, now: dt.datetime) -> int:
    """Delete a province's files that no commit has named for a day, and commits that have named nothing for as long.

    What is unnamed was replaced, withdrawn, or left by a run that died. Returns how many files are gone.
    """
    commits = {commit.night: commit for commit in read_commits(store, province)}
    named = {f"{version_folder()}/{file.path}" for commit in commits.values() for file in commit.files}
    gone = 0
    for table in load_schema().tables:
        for path in store.list(f"{version_folder()}/{table}/province={province}"):
            found = _FILE.fullmatch(path)
            if path in named or not found:
                continue
            commit, written_at = commits.get(dt.date.fromisoformat(found["night"])), store.written_at(path)
            unnamed_since = max(written_at, commit.written_at) if commit else written_at
            if now - unnamed_since > KEPT:
                store.delete(path)
                gone += 1
    for commit in commits.values():
        if not commit.files and now - commit.written_at > KEPT and read_commit(store, province, commit.night) == commit:
            store.delete(commit.path)
    return gone
