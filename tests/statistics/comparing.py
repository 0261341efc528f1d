"""Asking the house and the reference the same, over everything that can be asked."""

from chainhub.core.work import Work
from chainhub.statistics import queries
from chainhub.statistics.figures import FIGURES
from chainhub.statistics.queries import Question
from chainhub.statistics.terms import Cut, Measure, Span, month_of
from tests.statistics import reference


def differences(work: Work, spans: list[Span], lives=None) -> list[str]:
    """Return where a figure differs from the reference: every figure, every cut and key, every month of some spans."""
    lives = reference.lives_of(work.session) if lives is None else lives
    by_id = {life.ticket.id: life for life in lives}
    counted = {code: list(reference.cases_of(lives, code, work.now, work.calendar)) for code in FIGURES}
    found = []
    for span in spans:
        for cut in Cut:
            asked = queries.counts(work, Question(span, frozenset(Measure), cut))
            for code in FIGURES:
                cases = [one for one in counted[code] if span.holds(month_of(one.on).code)]
                keyed: dict[str, list] = {}
                for case in cases:
                    key = reference.key_of(by_id[case.life], case, cut.value)
                    if key or cut is not Cut.UNIT:
                        keyed.setdefault(key, []).append(case)
                for key in {*keyed, *asked.keys}:
                    found.extend(_compare(code, asked, key, None, keyed.get(key, ())))
                    for month in span.months if cut is Cut.ALL else ():
                        alone = Span(month, month)
                        inside = [one for one in keyed.get(key, ()) if alone.holds(month_of(one.on).code)]
                        found.extend(_compare(code, asked, key, alone, inside))
    return found


def _compare(code, asked, key, span, cases):
    result = asked.result(code, key, span)
    values = [one.value for one in cases]
    real = (len(values), reference.value_of(code, values))
    said = (result.n, result.value)
    if said != real:
        yield f"{code} of {key or 'all'} in {span}: {said}, by the reference {real}"
