"""What systemd is told, over a socket such as its own."""

import os
import socket
from pathlib import Path

import pytest

from runtime.systemd import notify, watchdog_interval_s


@pytest.mark.parametrize("abstract", [False, True])
def test_messages_arrive_at_either_kind_of_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool
) -> None:
    name = f"@zerotape-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name.replace("@", "\0") if abstract else name)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        notify("READY=1")
        notify("STATUS=3 devices, zwölf returns")
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100).decode() == "STATUS=3 devices, zwölf returns"


@pytest.mark.parametrize("address", [None, ""])
def test_without_systemd_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


@pytest.mark.parametrize(
    ("microseconds", "process", "expected"),
    [
        ("30000000", None, 15.0),
        ("30000000", "ours", 15.0),
        ("30000000", "1", None),
        ("", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_time_and_only_by_whom_it_watches(
    monkeypatch: pytest.MonkeyPatch,
    microseconds: str | None,
    process: str | None,
    expected: float | None,
) -> None:
    process = str(os.getpid()) if process == "ours" else process
    for name, value in (("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", process)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert watchdog_interval_s() == expected
