"""The house tests bring the guard of the network along, and the county that is attacked."""

from tests.house.siege import siege
from tests.network import loopback_only

__all__ = ["loopback_only", "siege"]
