"""The errors that every transport tells, made again from their recorded names."""

from collections.abc import Mapping

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.transcripts.replay import ErrorOf

AS_RECORDED = "as recorded"
DEVICE_ERRORS: Mapping[str, ErrorOf] = {
    "DeviceGone": lambda device: DeviceGone(device, AS_RECORDED),
    "DeviceBlocked": lambda device: DeviceBlocked(device, AS_RECORDED),
    "DeviceRefused": lambda device: DeviceRefused(device, AS_RECORDED),
}
