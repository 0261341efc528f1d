"""The network of the tests ends at this machine: a fixture that refuses every connection to anywhere else."""

import ipaddress
import socket
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse connections that would leave this machine; Unix sockets and loopback stay open."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect: Callable) -> Callable:
    def _connect(self: socket.socket, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise RuntimeError(f"no test talks to the outside, and this one tried {address[0]}")
        return connect(self, address)

    return _connect


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
