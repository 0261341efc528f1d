"""What is on somebody's desk: the home of the staff, of an enterprise, of a leader. Reads only."""

from chainhub.tickets.desk.doors import doors
from chainhub.tickets.desk.leaders import leader, unhappy
from chainhub.tickets.desk.owners import owner
from chainhub.tickets.desk.staff import desk

__all__ = ["desk", "doors", "leader", "owner", "unhappy"]
