"""The house tests bring the guard of the network along."""

from tests.network import loopback_only

__all__ = ["loopback_only"]
