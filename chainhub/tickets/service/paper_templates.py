"""The templates of papers as an administrator keeps them: which are the county's own, putting one in place, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.core.errors import NotFound
from chainhub.core.work import Work
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.models import PaperTemplate
from chainhub.tickets.papers import kinds, layouts
from chainhub.tickets.papers.kinds import PaperKind


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """A paper's template: the county's own, or None for the default."""

    kind: PaperKind
    own: PaperTemplate | None


def of_all(work: Work) -> Sequence[TemplateFacts]:
    """Return every paper's template. Raises NotAllowed."""
    kept.demand_keeper(work)
    own = kept.kept(work.session)
    return [TemplateFacts(kind, own.get(kind.value)) for kind in PaperKind]


def places(kind: PaperKind) -> Sequence[tuple[str, str]]:
    """Return the places that a paper's template may have, each with an example of what will stand there."""
    listed: list[tuple[str, str]] = []
    for name, value in kinds.SAMPLES[kind].items():
        if isinstance(value, str):
            listed.append((name, value))
        else:
            listed.extend((f"{name}.{field}", example) for field, example in value[0].items())
    return listed


def current(work: Work, kind: PaperKind) -> bytes:
    """Return the template that is in force. Raises NotAllowed."""
    kept.demand_keeper(work)
    return kept.template(work.session, kind.value) or layouts.default(kind)


def sample(work: Work, kind: PaperKind) -> bytes:
    """Return a paper of invented facts in the template that is in force. Raises NotAllowed."""
    return filling.fill(current(work, kind), kinds.SAMPLES[kind])


def keep(work: Work, kind: PaperKind, name: str, content: bytes) -> PaperTemplate:
    """Put a template in place. Raises NotAllowed, Invalid."""
    return kept.keep(work, kind.value, name, content, kinds.SAMPLES[kind])


def put_back(work: Work, kind: PaperKind) -> bool:
    """Let the default hold again; say whether another did. Raises NotAllowed."""
    return kept.put_back(work, kind.value)


def named(said: str) -> PaperKind:
    """Return a paper by its identifier or by its Chinese name. Raises NotFound."""
    found = next((one for one in PaperKind if said in {one.value, one.label}), None)
    if found is None:
        listed = "、".join(f"{one.label}（{one.value}）" for one in PaperKind)
        raise NotFound(f"没有这种文书。有的是：{listed}。")
    return found
