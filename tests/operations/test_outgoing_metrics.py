"""What waits to leave the house and what was given up, told to machines that watch."""

import pytest

from chainhub.core.media import Medium
from chainhub.notices import service
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.sending import Refused
from tests import people
from tests.notices.doubles import Post, delivered, equipped, reached
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow


def test_metrics_count_what_waits_and_what_was_given_up(client, session):
    equipped(session, email=Post(fails=[Refused("550")]))
    user = reached(session, people.OWNER, Medium.EMAIL)
    for key in ("given up", "waits", "waits, too"):
        service.enqueue(work_of(session, "clock"), [user], NoticeKind.NEWS, "x", key=key, urgent=True)
        if key == "given up":
            delivered(session, NOW)
    session.commit()

    told = client.get("/metrics").get_data(as_text=True)

    assert 'chainhub_outgoing{fate="dead",medium="email"} 1.0' in told
    assert 'chainhub_outgoing{fate="waiting",medium="email"} 2.0' in told
    assert 'chainhub_outgoing{fate="dead",medium="sms"} 0.0' in told
