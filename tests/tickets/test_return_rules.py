"""What returns add up to: whose, upheld or not, where to, and which category is unclear."""

from datetime import UTC, datetime

from chainhub.tickets.returns.rules import Deed, Return, Verdict, tallies, tally, told, unclear
from chainhub.tickets.terms import ReturnReason
from chainhub.tickets.workflow import Action, State

AT = datetime(2026, 3, 2, tzinfo=UTC)
S, A = State, Action


def _deed(seq, action, source, target, ticket=1, **data) -> Deed:
    return Deed(seq + 100 * ticket, ticket, seq, action, source, target, data, AT)


def _return(unit, category, verdict=Verdict.UPHELD, to="") -> Return:
    return Return(1, 1, unit, category, ReturnReason.FUNCTION, "", verdict, to, False, AT)


SENT = _deed(3, A.DISPATCH, S.ACCEPTED, S.DISPATCHED, lead_unit="power")
BACK = _deed(4, A.RETURN, S.DISPATCHED, S.DISPUTED, reason_code="function", note="不归我们")


def test_a_return_is_of_the_unit_that_was_sent_it_and_tells_where_it_went_then():
    upheld = _deed(5, A.UPHOLD_RETURN, S.DISPUTED, S.ACCEPTED)
    again = _deed(6, A.DISPATCH, S.ACCEPTED, S.DISPATCHED, lead_unit="gas")

    (one,) = told([BACK], [again, upheld, SENT], lambda _: "energy")

    assert (one.unit, one.verdict, one.to, one.category) == ("power", Verdict.UPHELD, "gas", "energy")


def test_a_return_that_was_rejected_or_waits_went_nowhere():
    rejected = _deed(5, A.REJECT_RETURN, S.DISPUTED, S.DISPATCHED)

    assert told([BACK], [SENT, rejected], lambda _: "")[0].verdict is Verdict.REJECTED
    assert told([BACK], [SENT], lambda _: "")[0].verdict is Verdict.OPEN


def test_a_ruling_on_a_part_is_not_one_on_the_lead():
    part = _deed(5, A.RETURN, S.DISPUTED, S.DISPUTED, reason_code="area", unit="transport")
    of_another = _deed(6, A.UPHOLD_RETURN, S.DISPUTED, S.DISPUTED, unit="justice")
    on_part = _deed(7, A.REJECT_RETURN, S.DISPUTED, S.DISPUTED, unit="transport")

    found = told([part, BACK], [SENT, of_another, on_part], lambda _: "energy")

    assert [(one.unit, one.verdict, one.is_part) for one in found] == [
        ("transport", Verdict.REJECTED, True),
        ("power", Verdict.OPEN, False),
    ]


def test_a_return_whose_unit_is_not_told_is_left_out():
    assert told([BACK], [], lambda _: "energy") == []


def test_the_rate_is_of_what_was_ruled_on():
    some = [_return("a", "x"), _return("a", "x", Verdict.REJECTED), _return("b", "x", Verdict.OPEN)]

    assert (tally(some).n, tally(some).rate) == (3, 50)
    assert tally(some[2:]).rate is None
    assert list(tallies(some, lambda one: one.unit)) == ["a", "b"]


def test_three_upheld_returns_or_dispersed_leads_say_that_the_list_is_unclear():
    two, three = [_return("a", "x")] * 2, [_return("a", "x")] * 3

    assert unclear(two, {}) == []
    assert [one.category for one in unclear(three, {})] == ["x"]
    assert unclear([], {"y": {"a": 2, "b": 2, "c": 1}})[0].is_dispersed
    assert unclear([], {"y": {"a": 3, "b": 1, "c": 1}}) == []  # 60 per cent is clear
    assert unclear([], {"y": {"a": 2, "b": 1, "c": 1}}) == []  # four are too few
