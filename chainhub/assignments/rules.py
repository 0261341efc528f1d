"""Who may look after which enterprise, what a pair costs, and what a plan is worth. Pure.

A cost is in points, the fewer the better; only differences between points mean anything. What a hard rule forbids
has no cost: it is not offered. The defaults are this project's decision (domain, section 6), not law.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chainhub.core.words import Labelled

WARN_ABOVE, REFUSE_ABOVE = 3, 5  # enterprises of one guide (domain, section 6: decision)
TERM_MONTHS = 24  # 选派期
WEIGHT_MOST = 3
WISHES_MOST = 3  # of one side

INDUSTRY = 40  # another chain than those the guide knows
SKILL = 20  # none of the skills that the enterprise asked for
TOWN = 20  # another town; 10 where one of the two is not known
WISH = (-45, -30, -20)  # first, second, third wish, of either side
LOAD = (0, 10, 25, 120, 160)  # points of the n-th enterprise of a guide for each unit of its weight; convex
CHANGE = 60  # a pair that changes, where change is weighed rather than avoided


class Profile(Labelled):
    """What a proposal avoids first, once as many enterprises as possible have a guide."""

    STEADY = "steady", "能不动就不动"
    EVEN = "even", "重新匀一匀"


class Part(Labelled):
    """What the cost of a pair is made of."""

    INDUSTRY = "industry", "行业"
    SKILL = "skill", "专长"
    TOWN = "town", "路程"
    FIRM_WISH = "firm_wish", "企业志愿"
    GUIDE_WISH = "guide_wish", "指导员志愿"


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise that needs a guide. `current` is who looks after it now; `expired`: that term is over."""

    code: str
    name: str
    chain: str = ""
    town: str = ""
    weight: int = 1  # from 1 to 3: how much work it is
    needs: frozenset[str] = frozenset()  # skills
    wishes: tuple[int, ...] = ()  # guides, the first wish first
    current: int | None = None
    expired: bool = False

    @property
    def kept(self) -> int | None:
        """Whom it would have to give up by a change: nobody once the term is over."""
        return None if self.expired else self.current


@dataclass(frozen=True, slots=True)
class Guide:
    """Who may look after enterprises. `capacity` counts enterprises, reductions already taken off."""

    id: int
    name: str
    unit: str = ""
    town: str = ""
    industries: frozenset[str] = frozenset()  # chains
    skills: frozenset[str] = frozenset()
    capacity: int = REFUSE_ABOVE
    wishes: tuple[str, ...] = ()  # enterprises, the first wish first
    why_less: str = ""  # why the capacity is reduced, in words


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides a proposal. Conflicts that are waived are not among them."""

    firms: tuple[Firm, ...]
    guides: tuple[Guide, ...]
    conflicts: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (unit, enterprise): why
    bans: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (enterprise, guide): why
    pins: Mapping[str, int] = field(default_factory=dict)  # enterprise: guide
    units: Mapping[str, str] = field(default_factory=dict)  # names of units


def weight(scale: str, *, organised: bool, said: int | None = None) -> int:
    """Return how much work an enterprise is, from 1 to 3.

    `said` is what a person has set and wins. Else by size (large 3, medium 2, others 1), and one more where it has
    no Party organisation yet, since there everything begins anew.
    """
    if said is not None:
        return min(max(said, 1), WEIGHT_MOST)
    return min({"large": 3, "medium": 2}.get(scale, 1) + (not organised), WEIGHT_MOST)


def capacity(said: int, reductions: Sequence[int]) -> int:
    """Return how many enterprises a guide may have: what is set, less what is taken off, never above 5."""
    return max(0, min(said, REFUSE_ABOVE) - sum(reductions))


def barred(firm: Firm, guide: Guide, facts: Facts) -> str:
    """Return why a hard rule forbids a pair, in a clause; empty where it may be."""
    why = facts.bans.get((firm.code, guide.id))
    if why is not None:
        return f"已定不配（{why}）" if why else "已定不配"
    why = facts.conflicts.get((guide.unit, firm.code)) if guide.unit else None
    if why is not None:
        unit = facts.units.get(guide.unit, "所在单位")
        return f"要回避：{unit}{why}" if why else f"要回避：{unit}管着这家企业"
    if guide.capacity < 1:
        return guide.why_less or "现在不能带企业"
    return ""


def parts(firm: Firm, guide: Guide) -> tuple[int, int, int, int, int]:
    """Return what a pair costs, part by part in the order of `Part`; load and change come on top."""
    industry = 0 if firm.chain in guide.industries else INDUSTRY
    skill = SKILL if firm.needs and not firm.needs & guide.skills else 0
    town = 0 if firm.town == guide.town else TOWN
    if not (firm.town and guide.town):
        town = TOWN // 2
    by_firm = WISH[firm.wishes.index(guide.id)] if guide.id in firm.wishes else 0
    by_guide = WISH[guide.wishes.index(firm.code)] if firm.code in guide.wishes else 0
    return industry, skill, town, by_firm, by_guide


def changes(firm: Firm, guide: int) -> bool:
    """Say whether a pair would take an enterprise from a guide whose term runs."""
    return firm.kept is not None and firm.kept != guide


def load(weights: Sequence[int]) -> int:
    """Return the points of one guide's enterprises: the heaviest comes first, each further one costs more."""
    ordered = sorted(weights, reverse=True)
    return sum(points * one for points, one in zip(LOAD, ordered, strict=False))


@dataclass(frozen=True, slots=True, order=True)
class Worth:
    """What a plan is worth, compared in this order: enterprises without a guide, pairs changed, points."""

    unmet: int
    changed: int
    points: int


def worth(facts: Facts, pairs: Mapping[str, int], profile: Profile) -> Worth:
    """Return what a plan is worth. For EVEN a change is points, so that it may be outweighed."""
    guides = {one.id: one for one in facts.guides}
    carried: dict[int, list[int]] = {}
    unmet = changed = points = 0
    for firm in facts.firms:
        id_ = pairs.get(firm.code)
        if id_ is None:
            unmet += 1
            continue
        points += sum(parts(firm, guides[id_]))
        changed += changes(firm, id_)
        carried.setdefault(id_, []).append(firm.weight)
    points += sum(load(weights) for weights in carried.values())
    return (
        Worth(unmet, changed, points)
        if profile is Profile.STEADY
        else Worth(unmet, 0, points + CHANGE * changed)
    )


def broken(facts: Facts, pairs: Mapping[str, int]) -> list[str]:
    """Return the hard rules that a plan breaks, a sentence each; a plan that may be confirmed breaks none."""
    guides = {one.id: one for one in facts.guides}
    firms = {one.code: one for one in facts.firms}
    said, count = [], dict.fromkeys(guides, 0)
    for code, id_ in pairs.items():
        if code not in firms or id_ not in guides:
            said.append(f"{firms[code].name if code in firms else code}或者指导员不在名单里。")
            continue
        why = barred(firms[code], guides[id_], facts)
        if why:
            said.append(f"{firms[code].name}不能由{guides[id_].name}来带：{why}。")
        count[id_] += 1
    for id_, number in count.items():
        if number > guides[id_].capacity:
            said.append(f"{guides[id_].name}最多带 {guides[id_].capacity} 家，方案里有 {number} 家。")
    return said
