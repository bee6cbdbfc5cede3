"""Figures for Prometheus, read at the moment of asking."""

from collections import Counter

from prometheus_client import CollectorRegistry, Gauge

from central.condition import Condition
from central.oversight import Center, Oversight
from central.totals import Overview


def registry_of(
    view: Overview, found: Oversight, centers: list[Center], condition: Condition
) -> CollectorRegistry:
    """Return everything that is worth an alarm or a graph; never a vote count."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"zerotape_central_{name}", text, labels, registry=registry)

    gauge("connected", "1 while connected to the broker").set(condition.connected)
    gauge("silent_tasks", "Tasks without a sign of life").set(len(condition.silent_tasks))
    gauge("log_entries", "Accepted returns in the log").set(view.log_size)
    precincts = gauge("precincts", "Precincts by how much of them is in", "state")
    count = view.precinct_count
    precincts.labels("complete").set(count.complete)
    precincts.labels("partly").set(count.partly)
    precincts.labels("not_in").set(count.not_in)
    refused = gauge("refusals", "Different refused messages that are shown, by reason", "reason")
    reasons = Counter(reason for refusal in found.refusals for reason in refusal.reasons)
    for reason, times in reasons.items():
        refused.labels(reason).set(times)
    gauge("repeated_returns", "Returns that came more than once").set(len(found.repeated))
    alarms = gauge("alarms", "Refusals that a person must look at", "count_center")
    parked = gauge("parked_returns", "Returns that wait for a missing number", "count_center")
    frozen = gauge("frozen_keys", "Keys that signed two returns under one number", "count_center")
    heard = gauge("status_time_seconds", "When the last status message came", "count_center")
    for center in centers:
        name = center.center.id
        alarms.labels(name).set(center.alarms)
        parked.labels(name).set(sum(state.parked for state in center.keys))
        frozen.labels(name).set(sum(state.frozen_at is not None for state in center.keys))
        if center.status is not None:
            heard.labels(name).set(center.status.received_at.timestamp())
    return registry
