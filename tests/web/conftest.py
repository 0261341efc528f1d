"""The network guard comes along."""

from tests.network import loopback_only

__all__ = ["loopback_only"]
