"""Why a plan is as it is: the reasons of each pair, the next best guide, what could not be met and why. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainhub.assignments import rules
from chainhub.assignments.rules import Facts, Firm, Guide, Part, Profile
from chainhub.assignments.solving import Solution

WISH_WORDS = ("第 1 志愿", "第 2 志愿", "第 3 志愿")
_NAMED = 6  # names in one sentence


@dataclass(frozen=True, slots=True)
class Other:
    """The next best guide of an enterprise, and what choosing them would cost more."""

    guide: int
    words: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why this enterprise has this guide: short words, one sentence, the parts of its cost, the next best guide."""

    tags: tuple[str, ...]
    sentence: str
    parts: tuple[tuple[str, int], ...]
    points: int
    other: Other | None


@dataclass(frozen=True, slots=True)
class Unmet:
    """What could not be met: who wanted what, and why it is not so."""

    what: str
    why: str
    firm: str = ""  # the enterprise without a guide; empty where it is a wish or a line that is passed


@dataclass(frozen=True, slots=True)
class Load:
    """How many enterprises a guide has before and after, and how many of them stay, come and go."""

    guide: int
    before: int
    after: int
    kept: int
    weight: int  # of those after

    @property
    def added(self) -> int:
        """How many come."""
        return self.after - self.kept

    @property
    def removed(self) -> int:
        """How many go."""
        return self.before - self.kept

    @property
    def moves(self) -> bool:
        """Whether anything changes."""
        return self.added > 0 or self.removed > 0


class Told:
    """A plan beside its facts, asked for reasons pair by pair."""

    def __init__(self, facts: Facts, found: Solution, profile: Profile) -> None:
        self.facts, self.found, self.profile = facts, found, profile
        self.firms = {one.code: one for one in facts.firms}
        self.guides = {one.id: one for one in facts.guides}
        self._sorted = sorted(facts.guides, key=lambda one: one.id)
        self._row = {code: place for place, code in enumerate(sorted(self.firms))}
        self._carried: defaultdict[int, list[int]] = defaultdict(list)
        self._groups: list[tuple[frozenset[int], frozenset[int]]] = []
        self.count: Counter[int] = Counter(found.pairs.values())
        for code, id_ in found.pairs.items():
            self._carried[id_].append(self.firms[code].weight)

    # One pair

    def reasons(self, code: str) -> Reasons:
        """Return why an enterprise that has a guide in this plan has that one."""
        firm, guide = self.firms[code], self.guides[self.found.pairs[code]]
        costs = rules.parts(firm, guide)
        share = self._share(firm, guide.id)
        listed = [(part.label, cost) for part, cost in zip(Part, costs, strict=True) if cost]
        if share:
            listed.append(("负担", share))
        return Reasons(
            (*self._change_tags(firm, guide), *_fit_tags(firm, guide)),
            self._sentence(firm, guide),
            tuple(listed),
            sum(costs) + share,
            self._other(firm),
        )

    def _change_tags(self, firm: Firm, guide: Guide) -> list[str]:
        if firm.current == guide.id:
            return ["续任" if firm.expired else "沿用"]
        if code_is_pinned(self.facts, firm, guide):
            return ["已锁定"]
        if firm.current is None:
            return ["新配"]
        if firm.expired:
            return ["任期满"]
        return [self._why_moved(firm)]

    def _why_moved(self, firm: Firm) -> str:
        before = self.guides.get(firm.current or 0)
        if before is None:
            return "原指导员离任"
        why = rules.barred(firm, before, self.facts)
        if why.startswith("要回避"):
            return "回避"
        if why:
            return "不能再带"
        return "匀一匀" if self.profile is Profile.EVEN else "腾位置"

    def _sentence(self, firm: Firm, guide: Guide) -> str:
        said = []
        before = self.guides.get(firm.current or 0)
        if before is not None and before is not guide:
            why = rules.barred(firm, before, self.facts)
            full = self.count[before.id] >= before.capacity
            if why:
                said.append(f"{before.name}{why}")
            elif full and not firm.expired:
                said.append(f"{before.name}最多带 {before.capacity} 家，已经满了")
        number = self.count[guide.id]
        over = "，要看一眼" if number > rules.WARN_ABOVE else ""
        said.append(f"{guide.name}一共带 {number} 家{over}")
        return "；".join(said) + "。"

    def _share(self, firm: Firm, id_: int) -> int:
        """Return by how much this enterprise raises its guide's load."""
        weights = self._carried[id_]
        rest = list(weights)
        rest.remove(firm.weight)
        return rules.load(weights) - rules.load(rest)

    @cached_property
    def _others(self) -> Mapping[int, tuple[int, bool, bool, int]]:
        """By the row of an enterprise its next best guide: whose place, full already, moves one more pair, points more.

        For all of them at once, since a city has half a million pairs to look at. First who has a place left, then who
        moves no pair, then the fewest points, then the lowest id.
        """
        offered = self.found.considered
        rows, places = offered.rows, offered.guides
        place_of = {one.id: place for place, one in enumerate(self._sorted)}
        by_row = sorted(self._row, key=self._row.__getitem__)
        chosen = np.array(
            [place_of[self.found.pairs[code]] if code in self.found.pairs else -1 for code in by_row]
        )
        weights = np.array([self.firms[code].weight for code in by_row])
        more = np.array([self._more(one.id) for one in self._sorted]).reshape(-1, rules.WEIGHT_MOST)
        full = np.array([self.count[one.id] >= one.capacity for one in self._sorted])
        is_chosen = places == chosen[rows]
        here, moved = np.zeros(len(by_row), dtype=np.int64), np.zeros(len(by_row), dtype=bool)
        here[rows[is_chosen]] = offered.points[is_chosen]
        moved[rows[is_chosen]] = offered.changing[is_chosen] > 0
        for row, code in enumerate(by_row):
            if code in self.found.pairs:
                here[row] += self._share(self.firms[code], self.found.pairs[code])
        points = offered.points + more[places, weights[rows] - 1] - here[rows]
        moves = (offered.changing > 0) & ~moved[rows]
        others = np.flatnonzero(~is_chosen & (chosen[rows] >= 0))
        keys = (places[others], points[others], moves[others], full[places[others]], rows[others])
        others = others[np.lexsort(keys)]
        _, first = np.unique(rows[others], return_index=True)
        best = others[first]
        told = (rows[best], places[best], full[places[best]], moves[best], points[best])
        return {
            row: (place, is_full, does_move, n)
            for row, place, is_full, does_move, n in zip(*(one.tolist() for one in told), strict=True)
        }

    def _more(self, id_: int) -> list[int]:
        """Return by how much one more enterprise of each weight would raise a guide's load."""
        weights = self._carried.get(id_, [])
        now = rules.load(weights)
        return [rules.load([*weights, one]) - now for one in range(1, rules.WEIGHT_MOST + 1)]

    def _other(self, firm: Firm) -> Other | None:
        best = self._others.get(self._row[firm.code])
        if best is None:
            return None
        place, full, moves, points = best
        one = self._sorted[place]
        said = [
            f"{one.name}：多 {points} 分"
            if points > 0
            else f"{one.name}：少 {-points} 分"
            if points
            else f"{one.name}：分数一样"
        ]
        if moves:
            said.append("但要多动 1 对")
        if full:
            said.append(f"但他已经带满 {one.capacity} 家")
        return Other(one.id, "，".join(said) + "。")

    # The whole plan

    def loads(self) -> list[Load]:
        """Return every guide's load before and after, in the order of the facts."""
        before = Counter(one.current for one in self.facts.firms if one.current is not None)
        kept = Counter(
            one.current
            for one in self.facts.firms
            if one.current and self.found.pairs.get(one.code) == one.current
        )
        return [
            Load(one.id, before[one.id], self.count[one.id], kept[one.id], sum(self._carried.get(one.id, ())))
            for one in self.facts.guides
        ]

    def changed(self) -> list[str]:
        """Return the enterprises whose guide is another one than now, and those that get one."""
        return [
            one.code
            for one in self.facts.firms
            if one.code in self.found.pairs and self.found.pairs[one.code] != one.current
        ]

    def unmet(self) -> list[Unmet]:
        """Return what could not be met: enterprises without a guide first, then pins, wishes, and lines passed."""
        return [*self._without(), *self._unpinned(), *self._wishes(), *self._over()]

    def _without(self) -> list[Unmet]:
        return [
            Unmet(f"{self.firms[code].name}没有指导员", self._why_without(code), code)
            for code in self.found.unmet
        ]

    def _why_without(self, code: str) -> str:
        firm = self.firms[code]
        offered = self.found.considered.of(self._row[code])
        if not offered:
            whys = Counter(rules.barred(firm, one, self.facts).split("（")[0] for one in self.facts.guides)
            if not whys:
                return "名单里还没有指导员。请先登记指导员。"
            return f"{len(self.facts.guides)} 名指导员都不能带它：{'、'.join(why for why, _ in whys.most_common(3))}。请放开一条，或者再派 1 人。"
        firms, guides = self._tight(self._row[code])
        places = sum(self._sorted[one].capacity for one in guides)
        names = "、".join(self._sorted[one].name for one in sorted(guides)[:_NAMED])
        more = f"等 {len(guides)} 人" if len(guides) > _NAMED else ""
        short = len(firms) - places
        return f"这 {len(firms)} 家只能由{names}{more}来带，一共带得了 {places} 家，还差 {short} 家。请再派 1 人，或者放开一条回避、禁配。"

    def _tight(self, row: int) -> tuple[frozenset[int], frozenset[int]]:
        """Return who stand in each other's way around one who is left out; looked for once for all of them."""
        for firms, guides in self._groups:
            if row in firms:
                return firms, guides
        rows, guides = self.found.considered.tight([row], self._held)
        left = (self._row[one] for one in self.found.unmet)
        firms = rows | {one for one in left if _are_among(self.found.considered.of(one), guides)}
        self._groups.append((firms, guides))
        return firms, guides

    @cached_property
    def _held(self) -> Mapping[int, Sequence[int]]:
        place_of = {one.id: place for place, one in enumerate(self._sorted)}
        found: defaultdict[int, list[int]] = defaultdict(list)
        for code, id_ in self.found.pairs.items():
            found[place_of[id_]].append(self._row[code])
        return found

    def _unpinned(self) -> list[Unmet]:
        return [
            Unmet(f"{self.firms[code].name}的锁定没有照办", f"{why}。请先解开这一对。")
            for code, why in self.found.unpinned.items()
        ]

    def _wishes(self) -> list[Unmet]:
        found = []
        for firm in self.facts.firms:
            wanted = self.guides.get(firm.wishes[0]) if firm.wishes else None
            got = self.found.pairs.get(firm.code)
            if wanted is not None and got is not None and got not in firm.wishes:
                found.append(Unmet(f"{firm.name}想要{wanted.name}", self._why_not(firm, wanted)))
        for guide in self.facts.guides:
            firms = [self.firms[code] for code in guide.wishes if code in self.firms]
            if firms and not any(self.found.pairs.get(one.code) == guide.id for one in firms):
                names = "、".join(one.name for one in firms)
                found.append(Unmet(f"{guide.name}想带{names}", self._why_not(firms[0], guide)))
        return found

    def _why_not(self, firm: Firm, guide: Guide) -> str:
        why = rules.barred(firm, guide, self.facts)
        if why:
            return f"{guide.name}{why}。"
        if self.count[guide.id] >= guide.capacity:
            return f"{guide.name}已经带满 {guide.capacity} 家。"
        if self.profile is Profile.STEADY and rules.changes(firm, guide.id):
            return "照办就要多动 1 对；要优先照顾志愿，请看“重新匀一匀”。"
        return "别的条件加起来更合适；要照办，请锁定这一对再算一次。"

    def _over(self) -> list[Unmet]:
        over = [one.name for one in self.facts.guides if self.count[one.id] > rules.WARN_ABOVE]
        if not over:
            return []
        names = "、".join(over[:_NAMED]) + (f"等 {len(over)} 人" if len(over) > _NAMED else "")
        spare = sum(
            max(0, min(one.capacity, rules.WARN_ABOVE) - self.count[one.id]) for one in self.facts.guides
        )
        why = (
            "还有人手上不到 3 家，可以看看“重新匀一匀”。"
            if spare
            else "每人都到 3 家了。不过线要再派人，请组织部补派。"
        )
        return [Unmet(f"{names}过 {rules.WARN_ABOVE} 家", why)]


def code_is_pinned(facts: Facts, firm: Firm, guide: Guide) -> bool:
    """Say whether somebody has locked exactly this pair."""
    return facts.pins.get(firm.code) == guide.id


def _are_among(offered: Sequence[int], guides: frozenset[int]) -> bool:
    """Say whether an enterprise that was offered somebody has no other guides than these."""
    return bool(offered) and guides.issuperset(offered)


def _fit_tags(firm: Firm, guide: Guide) -> list[str]:
    found = []
    by_firm, by_guide = guide.id in firm.wishes, firm.code in guide.wishes
    if by_firm and by_guide:
        found.append("双方都选了")
    elif by_firm:
        found.append(f"企业{WISH_WORDS[firm.wishes.index(guide.id)]}")
    elif by_guide:
        found.append(f"指导员{WISH_WORDS[guide.wishes.index(firm.code)]}")
    if firm.chain in guide.industries:
        found.append("行业对口")
    if shared := sorted(firm.needs & guide.skills):
        found.append(f"懂{'、'.join(shared[:2])}")
    if firm.town and firm.town == guide.town:
        found.append(f"同在{firm.town}")
    return found
