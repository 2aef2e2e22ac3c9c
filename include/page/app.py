"""The page as a FastAPI app: addresses, who may ask, answers with ETags."""

from __future__ import annotations

import html
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from page import files
from page.accounts import Account, Door, Gate
from page.asking import LANGUAGE_COOKIE, PATHS, Ask, address, day_of, filters_of, language_of
from page.complaints import Complaints
from page.deciding import Writer, actions_of, decided, same
from page.errors import NoRecordError, NotThereError, SeesNothingError
from page.headers import SecurityHeaders
from page.kept import MOST_ROWS, Kept, key_of
from page.nation import OpenTable
from page.reader import Reader, Row, Snapshot
from page.rendering import FORM_TOKEN, READER, render
from page.sessions import refuse_other_sites
from page.tables import Table, csv_of, xlsx_of
from page.uses import Use
from page.views import OF_ANOTHER_TIME, VIEWS
from page.views.shown import begin_to_draw
from page.words import LANGUAGES, Words

log = logging.getLogger(__name__)
FILES: dict[str, tuple[Callable[[Table], bytes], str]] = {
    "csv": (csv_of, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Page:
    """What an app shows, and to whom.

    Attributes:
        reader: of the warehouse.
        gate: who may read.
        province: its name.
        timezone: in which moments are shown.
        writer: stores what people decide, and who took what; None: the page is read only, and gives no files.
        airflow: the address of the Airflow that ran the nights; "": the one that this page stands in; None: not known.
        hosts: the names by which browsers may call the page; empty: any.
        province_code: its code at the portal, by which it is found among all provinces; empty: unknown.
        answer_days: within how many working days units answer; None: no term is set.
        open_table: of all provinces, for the accounts that may see them; None: there is none.
    """

    reader: Reader
    gate: Gate
    province: str
    timezone: str
    kept: Kept[bytes] = field(default_factory=Kept)
    writer: Writer | None = None
    airflow: str | None = None
    hosts: tuple[str, ...] = ()
    remembered: Kept[list[Row]] = field(default_factory=lambda: Kept(MOST_ROWS))
    province_code: str = ""
    answer_days: int | None = None
    open_table: OpenTable | None = None


def make_app(page: Page, dependencies: Sequence[Any] = ()) -> FastAPI:
    """The app; its reader is opened when it starts.

    Args:
        dependencies: of every view and file with data, such as those that ask whoever embeds the app for the reader's rights.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        page.reader.open()
        if page.writer:
            page.writer.open()
        threading.Thread(target=begin_to_draw, daemon=True).start()
        yield
        page.reader.close()
        if page.writer:
            page.writer.close()

    app = FastAPI(title="Đối Soát", lifespan=life, openapi_url=None, docs_url=None, redoc_url=None,
                  dependencies=dependencies)  # fmt: skip
    if page.hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(page.hosts), www_redirect=False)
    app.add_middleware(SecurityHeaders)
    for name, path in PATHS.items():
        app.add_api_route(path, _route(page, name), methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/decisions", _decision_route(page), methods=["POST"])
    app.add_api_route("/export/{view}/{table}.{form}", _export_route(page), methods=["GET"])
    app.add_route("/static/{version}/{name}", files.answer, methods=["GET", "HEAD"])
    app.add_api_route("/health", _health_route(page), methods=["GET"])
    for door in page.gate.doors():
        app.add_api_route(door[0], _door_route(page, door), methods=list(door[1]))
    Complaints(page.province, page.gate.login).answer_of(app)
    return app


def _health_route(page: Page) -> Callable[[], Response]:
    """Whether the page can read: for whoever looks after it, and without a word of what it reads."""

    def route() -> Response:
        with page.reader.snapshot() as mart:
            mart.row("rights", {})
        return Response("ok\n", media_type="text/plain; charset=utf-8")

    return route


def _route(page: Page, view: str) -> Callable[[Request], Response]:
    def route(request: Request) -> Response:
        if (entered := page.gate.way_in(request)) is not None:
            return entered
        account = page.gate.account(request)
        words = Words(language_of(request))
        with page.reader.snapshot() as mart:
            answer = _answer(page, request, view, account, words, mart)
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, words.language, max_age=31_536_000, httponly=True, samesite="lax",
                              path=request.scope.get("root_path") or "/")  # fmt: skip
        return answer

    return route


def _answer(page: Page, request: Request, view: str, account: Account, words: Words, mart: Snapshot) -> Response:
    ask = _ask(page, request, account, mart)
    if ask is None:
        waiting = mart.row("waiting", {})
        return _html(render("empty.html", words, page.province, _root(request), waiting=waiting))
    if view not in ask.views:
        if view == "tonight":
            return RedirectResponse(ask.link("gaps"), 303)
        raise NotThereError
    ask.view = view
    token = page.gate.form_token(request)
    ask.actions = actions_of(account) if page.writer and token is not None and ask.stamp["is_latest"] else ()
    used = mart.row("last_use", {}) if view == "uses" else None  # which changes without a night
    key = key_of(
        used, files.VERSION, view, ask.actions, sorted(ask.given.items()), words.language, ask.root, account.agency_id,
        sorted(ask.rests_on.items()),
    )  # fmt: skip
    if view in OF_ANOTHER_TIME:
        body = VIEWS[view](ask).html(ask)
        key = key_of(body)
    headers = {"etag": f'"{key_of(key, token, account.name)}"', "cache-control": "private, no-cache", "vary": "cookie"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if view not in OF_ANOTHER_TIME:
        headers["cache-status"] = "page; hit" if key in page.kept else "page; fwd=miss"  # RFC 9211
        body = page.kept.get(key, lambda: VIEWS[view](ask).html(ask))
    if token is not None:
        body = body.replace(FORM_TOKEN, token.encode()).replace(READER, html.escape(account.name).encode())
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def _ask(
    page: Page, request: Request, account: Account, mart: Snapshot, given: dict[str, str] | None = None
) -> Ask | None:
    """The question; None if no night is published at all.

    Args:
        given: instead of the address's filters.

    Raises:
        NotThereError: the night asked about is not published.
        SeesNothingError: the reader's agency does not exist on that night.
    """
    words = Words(language_of(request))
    given = filters_of(request) if given is None else given
    stamp = mart.row("stamp", {"night": (night := day_of(given.get("night")))})
    if stamp is None:
        if night is not None and mart.row("stamp", {"night": None}):
            raise NotThereError
        return None
    root = _root(request)
    ask = Ask(words, account, mart, stamp, given, root, page.timezone, page.province, kept=page.remembered,
              province_code=page.province_code, answer_days=page.answer_days, open_table=page.open_table)  # fmt: skip
    ask.airflow = page.airflow or (root.rpartition("/")[0] if page.airflow is not None else None)
    ask.can_take, ask.can_leave = page.writer is not None, page.gate.can_leave
    if ask.whose == []:
        log.error(
            "page: %s: asked for agency %s, as the province file says; got: no such agency; do: mend page.agencies",
            account.name, account.agency_id,
        )  # fmt: skip
        raise SeesNothingError("errors.no_such_agency", account.name, account.agency_id)
    return ask


def _door_route(page: Page, door: Door) -> Callable[..., Any]:
    """An address of the gate's own; one that is sent to must be sent by one of our forms."""
    _, methods, answer = door
    if "POST" not in methods:
        return answer

    async def route(request: Request) -> Response:
        await _form_of(page, request)
        return await run_in_threadpool(answer, request)

    return route


async def _form_of(page: Page, request: Request) -> Any:
    """A form of this reader's session.

    Raises:
        HTTPException: it is another site's, or a guessed one: 403.
        NotThereError: this reader sends none.
    """
    refuse_other_sites(request)
    token = page.gate.form_token(request)
    if token is None:
        raise NotThereError
    form = await request.form(max_files=0, max_fields=1000, max_part_size=64 * 1024)
    given = form.get("token")
    if not isinstance(given, str) or not same(given, token):
        raise HTTPException(403)
    return form


def _decision_route(page: Page) -> Callable[..., Any]:
    async def route(request: Request) -> Response:
        """One form: gaps that were ticked, and what is said of them; then the list again."""
        account = page.gate.account(request)
        if page.writer is None:
            raise NotThereError
        form = await _form_of(page, request)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        gaps = [gap for gap in form.getlist("gap") if isinstance(gap, str)]
        back = fields.get("back", "")
        given = dict(parse_qsl(back)) if len(back) < 4000 else {}
        view = "dossier" if fields.get("view") == "dossier" else "gaps"
        stored = await run_in_threadpool(_decide, page, request, account, fields, gaps, (view, given))
        return RedirectResponse(address(_root(request), view, {**given, "stored": stored}), 303)

    return route


def _decide(
    page: Page,
    request: Request,
    account: Account,
    fields: dict[str, str],
    gaps: list[str],
    asked_on: tuple[str, dict[str, str]],
) -> int:
    """Store what a form says, and who said it; returns on how many gaps."""
    assert page.writer is not None  # noqa: S101 - the route asked
    with page.reader.snapshot() as mart:
        ask = _ask_latest(page, request, account, mart)
    said = decided(account, fields, gaps, ask.night)
    view, given = asked_on
    stored = page.writer.store(account, gaps, said, Use("decided", view, said.action, ask.night, given))
    log.info("page: %s said %s of %d gaps of night %s", account.name, said.action, stored, ask.night)
    return stored


def _ask_latest(page: Page, request: Request, account: Account, mart: Snapshot) -> Ask:
    """A question about the last published night, which is the one that is decided on."""
    ask = _ask(page, request, account, mart, {})
    if ask is None:
        raise NotThereError
    return ask


def _export_route(page: Page) -> Callable[..., Response]:
    def route(request: Request, view: str, table: str, form: str) -> Response:
        account = page.gate.account(request)
        if view not in VIEWS or form not in FILES:
            raise NotThereError
        with page.reader.snapshot() as mart:
            ask = _ask(page, request, account, mart)
            if ask is None or view not in ask.views:
                raise NotThereError
            ask.view = view
            found = VIEWS[view](ask).tables.get(table)
            if found is None:
                raise NotThereError
            if page.writer is None:
                raise NoRecordError
            write, media_type = FILES[form]
            body = write(found)
        page.writer.keep(account, Use("exported", view, f"{table}.{form}", ask.night, ask.given, found.taken))
        log.info("page: %s took %s.%s of night %s", account.name, table, form, ask.night)
        name = f"doi-soat-{table}-{ask.night}.{form}"
        return Response(body, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})

    return route


def _root(request: Request) -> str:
    return str(request.scope.get("root_path") or "").rstrip("/")


def _html(text: bytes, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html; charset=utf-8")
