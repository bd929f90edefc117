"""What Prometheus is told of a server: the one door to prometheus_client."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as MEDIA

__all__ = ["MEDIA", "Metrics"]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Metrics:
    """The numbers of one server. `streams` and `entries` are asked when somebody wants to know."""

    def __init__(self, *, streams: Callable[[], float], entries: Callable[[], float]) -> None:
        self._all = CollectorRegistry()
        self._requests = Counter(
            "hilt_requests", "Requests answered.", ("route", "method", "status"), registry=self._all
        )
        self._seconds = Histogram(
            "hilt_request_seconds", "Seconds until an answer began.", ("route",), buckets=_SECONDS, registry=self._all
        )
        self.sign_ins_failed = Counter("hilt_sign_ins_failed", "Sign-ins that were refused.", registry=self._all)
        Gauge("hilt_live_streams", "Pages that are kept up to date.", registry=self._all).set_function(streams)
        Gauge("hilt_log_entries", "Entries of the log.", registry=self._all).set_function(entries)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts an answer. `route` and `method` are never what somebody sent, or they could be as many as they like."""
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._all)
