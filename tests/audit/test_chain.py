"""The chain of the log holds whoever writes at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from chainhub.audit import service
from chainhub.audit.models import AuditEntry
from chainhub.audit.rules import GENESIS
from tests.people import EVERYBODY, work_of


def test_deeds_at_the_same_moment_keep_one_chain(engine):
    def _deed(username):
        with Session(engine) as session:
            service.record(work_of(session, username), "sign_in", username)
            session.commit()

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(_deed, EVERYBODY * 2))

        with Session(engine) as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert entries[0].prev_hash == GENESIS
        assert all(later.prev_hash == before.hash for before, later in pairwise(entries))
    finally:
        with Session(engine) as session, session.begin():
            session.execute(delete(AuditEntry))
