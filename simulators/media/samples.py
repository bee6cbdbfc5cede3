"""The sample images by name, as `zerotape simulate sample` writes them."""

from collections.abc import Callable, Mapping

from simulators.media import flash_samples, m100_samples, peb_samples

SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "m100-loaded": m100_samples.loaded,
    "m100-zero": m100_samples.zero_report_printed,
    "m100-closed": m100_samples.closed,
    "m100-closed-2m": m100_samples.closed_2m,
    "peb-zero": peb_samples.after_zero_tape,
    "peb-closed": peb_samples.closed,
    "peb-voter": peb_samples.second,
    "flash-5199901": flash_samples.first_terminal,
    "flash-5199902": flash_samples.second_terminal,
    "flash-old": flash_samples.old_log,
    "cf-id": flash_samples.card_id,
    "cf-card": flash_samples.card,
}
"""Name and builder; every call builds the same bytes anew."""
