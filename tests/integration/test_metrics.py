"""The numbers of a night over real OTLP: what a collector decodes is what the warehouse holds; off unless it is asked for."""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from doisoat.errors import ConfigurationError, MetricsNotSentError
from doisoat.news import metrics
from doisoat.nights import steps
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from support.receivers import Receiver, receiving
from support.world import World

NIGHT = dt.date(2024, 4, 18)
HEADER = "Bearer t0ken-of-the-collector"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """A published night with a gap, a difference, a row set aside and a source that is down."""
    world = World(tmp_path, warehouse_dsn)
    both = "H37.21.01-240401-0001 | 4"
    for night in ("2024-04-17", NIGHT):
        world.land(night, "national_statistics", totals=[])
    world.land("2024-04-17", "licences", f"code | status\n{both}")
    world.run("2024-04-17", igate=f"code | status\n{both}", national_export=f"code | status\n{both}")
    world.land(NIGHT, "igate", f"code | status\n{both}\nH37.21.01-240402-0002 | 4", quarantined=1)
    world.run(NIGHT, national_export="code | status\nH37.21.01-240401-0001 | 10")
    return world


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{receiver.address}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization={HEADER}")
        yield receiver


def decoded(receiver: Receiver) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of their names) -> value, of every number that came."""
    found = {}
    for path, body in receiver.requests:
        assert path == "/v1/metrics"
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                for point in metric.gauge.data_points:
                    labels = {label.key: label.value.string_value for label in point.attributes}
                    found[metric.name, *(labels[name] for name in sorted(labels))] = point.as_double
    return found


def test_a_collector_gets_the_numbers_of_the_night(world: World, collector: Receiver) -> None:
    steps.tell_night(world.site, NIGHT)
    came = decoded(collector)
    print(came)  # shown when a test fails
    assert came["doisoat.night.published",] == 1
    assert came["doisoat.source.fresh", "igate"] == 1
    assert came["doisoat.source.fresh", "licences"] == 0
    assert came["doisoat.source.age", "licences"] == 24
    assert came["doisoat.source.requests", "igate"] == 2
    assert ("doisoat.source.requests", "licences") not in came  # it was not asked tonight
    assert came["doisoat.source.rows", "inserted", "igate"] == 1
    assert came["doisoat.source.rows", "quarantined", "igate"] == 1
    assert came["doisoat.source.held", "igate"] == 2
    assert came["doisoat.source.duration", "igate"] == 0
    assert came["doisoat.gaps", "national_provincial", "provincial_only", "gap"] == 1
    assert came["doisoat.differences", "status", "national_provincial", "gap"] == 1
    assert came["doisoat.news", "source_failed"] == 1
    assert len(came) == len(metrics.measure(world.site, NIGHT))
    assert {name for name, *_ in came} <= set(metrics.DESCRIPTIONS)


def test_labels_have_few_values_and_name_nobody(world: World, collector: Receiver) -> None:
    values = {value for measure in metrics.measure(world.site, NIGHT) for value in measure.labels.values()}
    assert values
    known = {row[0] for row in world.rows("select source_id from core.source")}
    words = values - known
    assert all(word.replace("_", "").isalpha() and word.islower() for word in words), words
    assert {name for measure in metrics.measure(world.site, NIGHT) for name in measure.labels} <= {
        "source", "outcome", "pair", "presence", "standing", "attribute", "severity", "kind",
    }  # fmt: skip


def test_a_night_that_is_not_published_says_so(world: World, collector: Receiver) -> None:
    world.rows("update ops.publication set withdrawn_at = now() where night = %s", [NIGHT])
    metrics.send(world.site, NIGHT)
    came = decoded(collector)
    assert came["doisoat.night.published",] == 0
    assert ("doisoat.night.duration",) not in came


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_METRICS_EXPORTER": "none"},
    ],
)
def test_metrics_are_off_unless_they_are_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert metrics.send(world.site, NIGHT) == 0


def test_a_collector_that_refuses_is_said_without_its_secret(
    world: World, collector: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    collector.status = 400
    with pytest.raises(MetricsNotSentError) as caught:
        steps.tell_night(world.site, NIGHT)
    assert HEADER not in f"{caught.value!r} {caplog.text}"
    assert world.rows("select state from ops.night where night = %s", [NIGHT]) == [("published",)]
    assert world.rows("select kind from ops.news") == [("source_failed",)]  # the news were recorded all the same


def test_a_protocol_that_is_none_is_named(world: World, collector: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier pigeon")
    with pytest.raises(ConfigurationError, match="http/protobuf or grpc"):
        metrics.send(world.site, NIGHT)


def test_airflows_own_metrics_are_switched_on_by_its_setting(tmp_path: Path) -> None:
    script = (
        "from airflow._shared.observability.metrics import stats\n"
        "from airflow.observability.metrics import stats_utils\n"
        "stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)\n"
        "stats.incr('scheduler_heartbeat')\n"
        "from opentelemetry import metrics; metrics.get_meter_provider().force_flush()"
    )
    with receiving() as receiver:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "OTEL"))}
        environment = {
            **kept,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__METRICS__OTEL_ON": "True",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{receiver.address}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        }
        subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True)
        names = {
            metric.name
            for _, body in receiver.requests
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }
    assert "airflow.scheduler_heartbeat" in names
