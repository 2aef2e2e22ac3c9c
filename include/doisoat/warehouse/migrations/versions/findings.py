"""Findings are kept flat: recon.finding, one row for everything that differs, with what readers ask of it.

Nights that were published before are filled in from what the warehouse holds of them, one after the other.
"""

from pathlib import Path

from alembic import op

revision = "findings"
down_revision = "baseline"

HERE = Path(__file__).with_name("findings")


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(_statements("owners"))
    connection.exec_driver_sql(_statements("table"))
    nights = connection.exec_driver_sql(
        """select archive_id, night from ops.publication where expired_at is null
        union select 0, night from recon.comparison where night = (select max(night) from recon.comparison)
        order by 1, 2"""
    ).fetchall()
    if not nights:
        return
    connection.exec_driver_sql(_statements("columns"))
    for archive_id, night in nights:
        asked = {"archive_id": archive_id, "night": night}
        connection.exec_driver_sql("insert into asked_night values (%(archive_id)s, %(night)s)", asked)
        connection.exec_driver_sql(
            f"""insert into found select archive_id, night, jsonb_populate_record(null::recon.finding, to_jsonb(f))
            from ({_statements("of_night")}) f""",
            asked,
        )
    connection.exec_driver_sql(_statements("ranges"))


def _statements(name: str) -> str:
    return (HERE / f"{name}.sql").read_text("utf-8")
