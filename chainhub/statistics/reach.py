"""Whose figures somebody may read: a leader's and a liaison's county or chains, a chain's own staff, a unit its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.statistics.queries import Question
from chainhub.statistics.terms import Cut, Measure, Span
from chainhub.tickets.terms import Channel, Kind

READERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON, Role.DEPARTMENT)
BOARD_READERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON)
"""Who reads the figures of whole chains, and may put the wall board on a screen."""
NONE = "none"  # in an address: what has no category, or no kind


@dataclass(frozen=True, slots=True)
class Reach:
    """The chains somebody reads (None: all of them); or, where they read none, the units whose own figures they read."""

    chains: frozenset[str] | None
    units: frozenset[str]

    @property
    def is_of_units(self) -> bool:
        """Whether it is a unit's own figures alone."""
        return self.chains == frozenset()


def of(work: Work) -> Reach:
    """Return whose figures this actor reads. Raises NotAllowed."""
    actor = work.actor
    if not actor.roles & set(READERS):
        raise NotAllowed("统计给领导、产业链党委、专班和办理单位看。您自己的诉求在“诉求”里。")
    if any(actor.refs(role, ScopeKind.COUNTY) for role in BOARD_READERS):
        return Reach(None, frozenset())
    chains = frozenset[str]().union(*(actor.refs(role, ScopeKind.CHAIN) for role in BOARD_READERS))
    return Reach(chains, actor.refs(Role.DEPARTMENT, ScopeKind.UNIT))


@dataclass(frozen=True, slots=True)
class Narrow:
    """What of it somebody wants to see: one chain, one cut, one key of it. Empty: all."""

    cut: Cut = Cut.ALL
    key: str = ""
    chain: str = ""


def question(work: Work, span: Span, measures: frozenset[Measure], narrow: Narrow) -> Question:
    """Return the question that this actor may ask.

    Raises NotAllowed, Invalid where the key is none, NotFound where the chain or unit is somebody else's.
    """
    reach = of(work)
    _demand_known(work, narrow)
    chains, keys = reach.chains, frozenset({_key(narrow)}) if narrow.key else None
    if narrow.chain:
        if not reach.is_of_units and chains is not None and narrow.chain not in chains:
            raise NotFound(_NOT_YOURS)
        chains = frozenset({narrow.chain})
    if not reach.is_of_units:
        return Question(span, measures, narrow.cut, chains, keys)
    if narrow.cut not in {Cut.ALL, Cut.UNIT} or (keys is not None and not keys <= reach.units):
        raise NotFound(_NOT_YOURS)
    return Question(span, measures, Cut.UNIT, chains if narrow.chain else None, keys or reach.units)


_NOT_YOURS = "没有这样的统计，或者您看不到它。请从统计页重新选。"


def _key(narrow: Narrow) -> str:
    return "" if narrow.key == NONE else narrow.key


def _demand_known(work: Work, narrow: Narrow) -> None:
    directory = known.of(work.session).directory
    if narrow.chain and narrow.chain not in directory.chains:
        raise Invalid(errors={"chain": ["没有这条产业链，请从名单里选。"]})
    listed: Mapping[Cut, frozenset[str]] = {
        Cut.CHAIN: frozenset(directory.chains),
        Cut.UNIT: frozenset(directory.units),
        Cut.CATEGORY: frozenset({*directory.categories, NONE}),
        Cut.KIND: frozenset({*(one.value for one in Kind), NONE}),
        Cut.CHANNEL: frozenset(one.value for one in Channel),
    }
    if narrow.key and narrow.cut in listed and narrow.key not in listed[narrow.cut]:
        raise Invalid(errors={"key": ["没有这一项，请从统计页重新选。"]})


def key_label(work: Work, cut: Cut, key: str) -> str:
    """Return what people call a key of a cut; enterprises are named by whoever reads them from the database."""
    return label_of(known.of(work.session).directory, cut, key)


def label_of(directory: Directory, cut: Cut, key: str) -> str:
    """Return what `key_label` says. Pure."""
    if cut is Cut.CHAIN:
        return directory.chains[key].short if key in directory.chains else key
    if cut is Cut.UNIT:
        return directory.unit_name(key) or key
    if cut is Cut.CATEGORY:
        return directory.category_label(key) or "类别待定"
    if cut is Cut.KIND:
        return Kind(key).label if key else "性质待定"
    if cut is Cut.CHANNEL:
        return Channel(key).label
    return key or "合计"
