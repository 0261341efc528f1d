"""The doors around a session, by what people come for, under one blueprint."""

from chainhub.rotations.around.views import arriving, closing, inviting, releasing
from chainhub.rotations.around.views.door import bp

__all__ = ["arriving", "bp", "closing", "inviting", "releasing"]
