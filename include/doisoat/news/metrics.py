"""Sends a night's metrics to a monitoring system by OpenTelemetry (OTLP); off unless OTEL_EXPORTER_OTLP_ENDPOINT is set.

Everything is configured by OpenTelemetry's own environment variables. The metrics are read from the warehouse when the night
has ended, each a gauge with low-cardinality labels: sources, kinds, states; never an agency, a procedure or a dossier.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from doisoat.collect.landing import MANIFEST, Manifest, landing_directory
from doisoat.errors import ConfigurationError, MetricsNotSentError
from doisoat.province.site import Site
from doisoat.warehouse.database import connect
from doisoat.warehouse.queries import as_report

HERE = Path(__file__).parent
log = logging.getLogger(__name__)
DESCRIPTIONS = {
    "doisoat.night.published": "1 if the night is published, 0 if not",
    "doisoat.night.duration": "from opening the night to its publication",
    "doisoat.source.fresh": "1 if the source delivered what was expected, 0 if it is stale or absent",
    "doisoat.source.age": "how far the source's cut-off lies behind the newest one of the night",
    "doisoat.source.duration": "how long the pull took",
    "doisoat.source.requests": "requests of the pull (files read)",
    "doisoat.source.rows": "outcome of the rows received, and records that ended",
    "doisoat.source.held": "records held",
    "doisoat.gaps": "dossiers that are not on both sides, by verdict and standing",
    "doisoat.differences": "attributes on which two sides disagree",
    "doisoat.checks": "checks by severity and outcome",
    "doisoat.news": "open problems",
}
ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of a night."""

    name: str
    unit: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def is_on(environment: Mapping[str, str] | None = None) -> bool:
    """Whether OpenTelemetry's environment variables ask for metrics."""
    given = os.environ if environment is None else environment
    is_off = given.get("OTEL_SDK_DISABLED", "").lower() == "true" or given.get("OTEL_METRICS_EXPORTER") == "none"
    return not is_off and any(given.get(name) for name in ENDPOINTS)


def send(site: Site, night: dt.date) -> int:
    """Send the metrics of a night, if that is switched on; returns how many.

    Raises:
        MetricsNotSentError: the collector did not accept them.
    """
    if not is_on():
        return 0
    measures = measure(site, night)
    _export(site, measures)
    log.info("metrics: %s values of night %s sent", len(measures), night)
    return len(measures)


def measure(site: Site, night: dt.date) -> list[Measure]:
    """The metrics of a night, from the warehouse and the landings."""
    with connect(site.dsn) as connection:
        rows = as_report(connection.execute((HERE / "metrics.sql").read_text("utf-8"), {"night": night})).rows
    found = [Measure(name, unit, float(value), labels) for name, unit, value, labels in rows]
    return sorted([*found, *_pull_durations(site, night)], key=lambda each: (each.name, sorted(each.labels.items())))


def _pull_durations(site: Site, night: dt.date) -> Iterable[Measure]:
    for source_id in site.source_ids:
        file = landing_directory(site.landing_root, site.settings.province.id, night, source_id) / MANIFEST
        if file.is_file():
            certificate = msgspec.json.decode(file.read_bytes(), type=Manifest).certificate
            took = (certificate.ended_at - certificate.started_at).total_seconds()
            yield Measure("doisoat.source.duration", "s", took, {"source": source_id})


def _export(site: Site, measures: list[Measure]) -> None:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExporter, MetricExportResult
    from opentelemetry.sdk.resources import Resource

    reader = InMemoryMetricReader()
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "doisoat"),
                                "doisoat.province": site.settings.province.id})  # fmt: skip
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)  # ours only: Airflow has its own
    meter = provider.get_meter("doisoat")
    gauges = {each.name: meter.create_gauge(each.name, each.unit, DESCRIPTIONS[each.name]) for each in measures}
    for each in measures:
        gauges[each.name].set(each.value, dict(each.labels))
    data = reader.get_metrics_data()
    exporter: MetricExporter = _exporter()
    try:
        if data is not None and exporter.export(data) is not MetricExportResult.SUCCESS:
            raise MetricsNotSentError(
                "metrics: the collector of OTEL_EXPORTER_OTLP_ENDPOINT did not accept them; this night's numbers are in the "
                "warehouse (`doisoat summary`). Check the endpoint and its log"
            )
    finally:
        exporter.shutdown()
        provider.shutdown()


def _exporter():  # type: ignore[no-untyped-def]  # one of two classes, whose packages are imported only if wanted
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if protocol in (None, "", "http/protobuf"):
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        return OTLPMetricExporter()
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcExporter

        return GrpcExporter()
    raise ConfigurationError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; set http/protobuf or grpc")
