"""The gateway's figures for Prometheus; no vote count is among them."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import CollectorRegistry

from gateway.overview import Overview


class OverviewCollector:
    """Hands one overview to prometheus_client."""

    def __init__(self, overview: Overview, silent_tasks: list[str]) -> None:
        self._overview = overview
        self._silent_tasks = silent_tasks

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; called by the registry."""
        view = self._overview
        packets = GaugeMetricFamily(
            "zerotape_gateway_packets", "Packets by state.", labels=["state"]
        )
        for state, number in sorted(view.packets_by_state.items()):
            packets.add_metric([state], number)
        devices = GaugeMetricFamily(
            "zerotape_gateway_device_state", "1 for the present state.", labels=["device", "state"]
        )
        for device in view.devices:
            devices.add_metric([device.name, device.state.value], 1)
        yield packets
        yield devices
        for name, text, value in (
            ("outbox_waiting", "Returns without a receipt.", view.outbox_waiting),
            ("outbox_oldest_seconds", "Age of the oldest of them.", view.outbox_oldest_s or 0),
            ("outbox_confirmed", "Returns that central accepted.", view.outbox_confirmed),
            ("outbox_refused", "Returns that central refused.", view.outbox_refused),
            ("evidence", "Pieces of evidence kept.", view.evidence),
            ("evidence_unplaced", "Evidence that belongs to no packet.", len(view.unplaced)),
            ("free_disk_bytes", "Room left for evidence.", view.free_bytes),
            ("broker_connected", "1 while the broker is reached.", int(view.connected)),
            ("silent_tasks", "Tasks that do not answer.", len(self._silent_tasks)),
        ):
            yield GaugeMetricFamily(f"zerotape_gateway_{name}", text, value=value)


def registry_of(overview: Overview, silent_tasks: list[str]) -> CollectorRegistry:
    """Return a registry of its own for one scrape."""
    registry = CollectorRegistry()
    registry.register(OverviewCollector(overview, silent_tasks))
    return registry
