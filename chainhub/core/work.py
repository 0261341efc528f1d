"""What a use case is given: a session, who acts, when, and the county's working time. It never commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from chainhub.core.actor import Actor
from chainhub.core.worktime import Calendar


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work. Doors open it and commit it; services only use it."""

    session: Session
    actor: Actor
    now: datetime
    calendar: Calendar
