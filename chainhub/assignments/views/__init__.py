"""Doors for people: who looks after whom, proposals, what is known of guides and enterprises."""

from chainhub.assignments.views import kind_keeping, kinds, looking, proposals, registering
from chainhub.assignments.views.door import bp

__all__ = ["bp", "kind_keeping", "kinds", "looking", "proposals", "registering"]
