"""Seeding the model county: nothing stands in its files that nobody reads."""

import pytest
from sqlalchemy import delete

import config
from chainhub.county.rulebook.models import OfficeHours, RuleText, TimeLimit
from chainhub.operations import seed
from chainhub.tickets.everyday import StandardReply

pytestmark = pytest.mark.slow


class _Noting(dict):
    """A file's sections, noting which of them are asked for."""

    def __init__(self, given):
        super().__init__(given)
        self.asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)


def test_every_section_of_the_rulebook_is_read(session):
    for model in (TimeLimit, RuleText, OfficeHours, StandardReply):
        session.execute(delete(model))
    rulebook = _Noting(config.county("rulebook"))

    seed._rules(session, rulebook)

    assert set(rulebook) == rulebook.asked
