"""What an operator does on the command line: check the installation, decide, recompute, delete."""

from __future__ import annotations

import datetime as dt
import sys
import textwrap
from typing import Annotated

import typer

from doisoat.cli import which
from doisoat.cli.shared import OPERATE, As, account, console, hinted, in_calendar, print_report, site_at_hand
from doisoat.reports.printing import Format
from doisoat.warehouse.queries import Report

#: Added to `doisoat` by doisoat.cli.app.
operations = typer.Typer()


@operations.command(rich_help_panel=OPERATE)
def check() -> None:
    """Check the configuration, the connections and the warehouse, and read a page or the files of every source.

    One line each, then what was understood and what to do. ok: all is well; LOOK: it works, and something is to be done;
    WRONG: it does not work (exit code 1). Nothing is stored, and files are left where they are. A word that nothing knows may be
    a person: it is shown on a terminal only, and as the fingerprint that is kept of it (#...) anywhere else.
    """
    from doisoat.nights.readiness import Verdict, probe

    is_wrong, on_terminal = False, sys.stdout.isatty()
    with site_at_hand() as site:
        if which.has_stopped_systems():
            _say(
                "The simulated systems of this warehouse are not running: `make up` starts some and keeps them running."
            )
        for found in probe(site, on_terminal=on_terminal):
            is_wrong = is_wrong or found.verdict == Verdict.WRONG
            _say(f"{found.verdict:<5} {found.name}: {found.said}")
            for note in found.notes:
                _say(f"      {note}")
            for todo in found.todo:
                _say(f"      do: {todo}")
    raise typer.Exit(is_wrong)


def _say(line: str) -> None:
    """A line of at most 120 columns; what goes on is indented."""
    wrapped = textwrap.wrap(
        hinted(line), 120, subsequent_indent=" " * 10, break_long_words=False, break_on_hyphens=False
    )
    typer.echo("\n".join(wrapped))


@operations.command(rich_help_panel=OPERATE)
def disk(format: As = Format.TABLE) -> None:
    """Show disk use: landings, each schema of the warehouse, logs, and what is free."""
    from doisoat.nights.disk import measure

    with site_at_hand() as site:
        report = Report(("place", "bytes"), list(measure(site).items()))
    print_report(report, format, "Disk")


@operations.command(rich_help_panel=OPERATE)
def migrate() -> None:
    """Upgrade the warehouse to the newest schema."""
    from doisoat.warehouse.migration import migrate as run_migrations

    with site_at_hand(writes=True) as site:
        run_migrations(site.dsn)
    console.print("warehouse: newest schema")


@operations.command(rich_help_panel=OPERATE)
def publish(
    night: Annotated[dt.datetime, typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="The blocked night.")],
    accept: Annotated[
        str, typer.Option(help="Why it is published although a check failed; kept on record and shown to analysts.")
    ],
) -> None:
    """Publish a night that a check blocked, by a decision in your name; first completes the remaining steps of the night."""
    from doisoat.nights.acceptance import publish_accepted
    from doisoat.quality import Decision

    decision = Decision(accept, decided_by=account(), decided_in="command_line")
    with site_at_hand(writes=True) as site:
        revision = publish_accepted(site, night.date(), decision)
    typer.echo(f"night {night.date()}: published, revision {revision}, accepted by {decision.decided_by}")


@operations.command(rich_help_panel=OPERATE)
def tell(
    due: Annotated[
        dt.datetime | None,
        typer.Option(
            callback=in_calendar,
            formats=["%Y-%m-%d"],
            help="The last night that has to be published; default: by the clock.",
        ),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Only send a test message to every sender.")] = False,
) -> None:
    """Send the alerts not sent yet, for cron when Airflow is down. Exit code 1: a sender did not accept its message."""
    from doisoat import news

    with site_at_hand(writes=True) as site:
        if test:
            taken = news.test_senders(site)
            for name, is_taken in taken.items():
                typer.echo(f"{'ok   ' if is_taken else 'WRONG'} {name}")
            raise typer.Exit(0 if all(taken.values()) else 1)
        night = due.date() if due else news.due_night(site.settings, dt.datetime.now(dt.UTC))
        told = news.tell(site, night=night, due=night)
        typer.echo(
            f"{len(told)} alerts sent"
            if site.settings.news.enabled
            else hinted("alerts are off (news.enabled); see `doisoat news`")
        )


@operations.command(rich_help_panel=OPERATE)
def accept_pull(
    reason: Annotated[str, typer.Argument(help="Why the pull is right; kept on record. No person's name or number.")],
    source: Annotated[str, typer.Option(help="Which source.")],
    night: Annotated[
        dt.datetime, typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="The night whose pull is held.")
    ],
) -> None:
    """Accept a pull that the flood guard is holding: the night loads it when it runs again."""
    from doisoat.load.flood_guard import accept
    from doisoat.privacy import is_note
    from doisoat.warehouse.database import writing

    if not is_note(reason):
        raise typer.BadParameter(
            "give a reason in a few words, without anybody's address or number", param_hint="reason"
        )
    with site_at_hand(writes=True) as site, writing(site.dsn) as connection:
        said = accept(connection, source, night.date(), who=account(), reason=reason)
    typer.echo(f"accepted: {source}, night {night.date()}: {said}")
    typer.echo(
        hinted(f"now run the night again: `make night NIGHT={night.date()}`, or clear its task `load` in Airflow")
    )


@operations.command(rich_help_panel=OPERATE)
def take_back(
    reason: Annotated[str, typer.Argument(help="Why; kept on record. No person's name or number.")],
    night: Annotated[
        dt.datetime, typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="The latest opened night.")
    ],
    source: Annotated[str | None, typer.Option(help="Only this source's sealed landing: it is asked again.")] = None,
) -> None:
    """Take back a night that was opened by mistake, or a sealed landing; refused if anything of it is loaded."""
    from doisoat.nights.taking_back import take_back_landing, take_back_night

    chosen, who = night.date(), account()
    with site_at_hand(writes=True) as site:
        if source:
            kept = take_back_landing(site, chosen, source, who=who, reason=reason)
            typer.echo(f"taken back: {source}, night {chosen}; kept as {kept}")
            typer.echo(
                hinted(
                    f"now run the night again, `make night NIGHT={chosen}`: it is asked again; "
                    "files must be put into its inbox again"
                )
            )
            return
        freed = take_back_night(site, chosen, who=who, reason=reason)
    also = f"; no longer missed: {freed[0]} to {freed[-1]}" if freed else ""
    typer.echo(f"taken back: night {chosen}{also}. What was sealed for it is kept")


@operations.command(rich_help_panel=OPERATE)
def replay(
    start: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            callback=in_calendar,
            formats=["%Y-%m-%d"],
            help="First night; default: all, or what a replay left unfinished.",
        ),
    ] = None,
) -> None:
    """Recompute nights from their sealed landings, in order; no source is asked. Exit code 1: a night is now blocked.

    Analysts keep reading the published state until a night is published again. An identical result keeps its revision; a
    different one becomes a new revision, and the old one can still be queried.
    """
    from doisoat.nights.replay import replay as derive_again

    is_blocked = False
    with site_at_hand(writes=True) as site:
        for done in derive_again(site, start and start.date()):
            stands = (
                f"revision {done.revision} {'is new' if done.is_new else 'unchanged'}"
                if done.revision
                else "not published"
            )
            typer.echo(f"{done.night}: {done.state}; {stands}")
            is_blocked = is_blocked or done.state == "blocked"
    raise typer.Exit(is_blocked)


@operations.command(rich_help_panel=OPERATE)
def retain() -> None:
    """Delete old data as `retention` in the province file says; ops.retention records what was deleted."""
    from doisoat.nights.retention import apply_retention

    with site_at_hand(writes=True) as site:
        done = apply_retention(site)
    for name, value in done.items() or {"nothing": "no night is published yet"}.items():
        typer.echo(f"{name.replace('_', ' ')}: {'-' if value is None else value}")


@operations.command(rich_help_panel=OPERATE)
def sweep() -> None:
    """Recompute the latest night from scratch and compare it with the stored result; differences go to recon.sweep_difference."""
    from doisoat.nights.sweep import deep_sweep

    with site_at_hand(writes=True) as site:
        swept = deep_sweep(site)
    typer.echo(
        f"night {swept.night}: {swept.rows:,} rows recomputed, no difference"
        if swept
        else "nothing to sweep: no night is compared yet, or data, rules or configuration changed; the next night recomputes"
    )
