"""月报 of the demonstration: a month that is a 通报, the county's that waits for its signature, and a chain's draft."""

from datetime import datetime

from sqlalchemy.orm import Session

from chainhub.core.limits import local
from chainhub.operations.simulating.county import County
from chainhub.statistics.reports.service import publishing
from chainhub.statistics.reports.terms import Period

CHAIN = "equipment"  # of the demonstration accounts
COMMITTEE, LEADER, OFFICE = "dangwei", "lingdao", "lianluo"


def show(session: Session, county: County, now: datetime) -> None:
    """Publish and sign the month before last of the chain, publish the county's last, draft the chain's last."""
    last = publishing.last_month(local(now).date())
    clerk, office = (county.as_(session, one, now) for one in (COMMITTEE, OFFICE))
    older = publishing.draft(clerk, Period(last.plus(-1), CHAIN))
    publishing.publish(clerk, older.id, older.version)
    publishing.sign(county.as_(session, LEADER, now), older.id, older.version)
    whole = publishing.draft(office, Period(last))
    publishing.publish(office, whole.id, whole.version)
    publishing.draft(clerk, Period(last, CHAIN))
