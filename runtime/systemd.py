"""Telling systemd that a daemon is ready, alive, or about to stop."""

import os
import socket


def notify(message: str) -> None:
    """Tell systemd `message` ("READY=1", "WATCHDOG=1", "STATUS=3 devices"); silent without it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith("@"):
        address = "\0" + address[1:]
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(message.encode(), address)


def watchdog_interval_s() -> float | None:
    """Return how often systemd wants to hear from us, halved as it advises; None without one."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / 2_000_000 if microseconds.isdigit() and mine else None
