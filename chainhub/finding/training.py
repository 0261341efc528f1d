"""Learning from texts with labels, by scikit-learn where it is installed (the extra `ml`), and saying how well it went.

How well: five times a fifth of the texts is kept aside and asked of a model that has not seen it. Texts that say nearly
the same stand on one side of such a split, or the model would be praised for remembering.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from chainhub.finding import learned
from chainhub.finding.learned import TERMS_MOST, Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 5
LEAST = 20  # texts of a label, near-copies counted once; a label with fewer is not learnt
OTHER = ""  # what is none of the labels that are learnt
CHANCE = 20261123  # of the folds: the same texts give the same figures


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose label is known; `group` is the same of near-copies."""

    title: str
    content: str
    label: str
    group: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How well texts were told that the model had not seen; shares from 0 to 1."""

    macro_f1: float
    accuracy: float
    top2: float  # the right label among the two likeliest
    baseline: float  # accuracy of always saying the commonest label
    calibration: float  # mean distance of confidence from how often it is right, in tenths (ECE)
    by_label: tuple[tuple[str, int, float], ...]  # label, texts, F1


def is_installed() -> bool:
    """Say whether scikit-learn is here. It is not loaded for the asking."""
    return find_spec("sklearn") is not None


def enough(examples: Sequence[Example]) -> tuple[list[Example], dict[str, int], dict[str, int]]:
    """Return the examples to learn from, how many each label has that has enough, and those that have too few.

    Texts of labels with too few are learnt together as `OTHER`, where there are enough of them: else a model would
    find in every text one of the labels that it knows.
    """
    groups: dict[str, set[int]] = defaultdict(set)
    for one in examples:
        groups[one.label].add(one.group)
    counted = Counter(one.label for one in examples)
    few = {label: counted[label] for label, found in groups.items() if len(found) < LEAST}
    kept = [one for one in examples if one.label not in few]
    rest = [replace(one, label=OTHER) for one in examples if one.label in few]
    if len({one.group for one in rest}) >= LEAST:
        kept += rest
    return kept, {label: times for label, times in counted.items() if label not in few}, few


def train(examples: Sequence[Example]) -> tuple[Model, Figures]:
    """Return a model of all examples, and how well such models told what they had not seen.

    Raises ValueError for fewer than two labels, ImportError without scikit-learn.
    """
    import numpy as np

    labels = tuple(sorted({one.label for one in examples}))
    if len(labels) < 2:
        raise ValueError("one label alone is nothing to learn")
    terms = [learned.said(one.title, one.content) for one in examples]
    place = {label: at for at, label in enumerate(labels)}
    truth = np.array([place[one.label] for one in examples])
    scores = np.zeros((len(examples), len(labels)), np.float32)
    for kept, aside in _folds(truth, np.array([one.group for one in examples])):
        part = _fitted(labels, [terms[at] for at in kept], truth[kept])
        scores[aside] = _scores(part, [terms[at] for at in aside])
    sharpness = _sharpness(scores, truth)
    found = _fitted(labels, terms, truth)
    model = Model(labels, found.column, found.rarity, found.weights, found.offsets, sharpness)
    return model, _judged(labels, scores, truth, sharpness)


def _folds(truth: "NDArray[Any]", groups: "NDArray[Any]") -> "Iterator[tuple[NDArray[Any], NDArray[Any]]]":
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=CHANCE)
    yield from split.split(np.zeros(len(truth)), truth, groups)


def _fitted(labels: tuple[str, ...], terms: Sequence[Counter[str]], truth: "NDArray[Any]") -> Model:
    """Return a model of some texts, its confidences not yet sharpened."""
    import numpy as np
    from sklearn.svm import LinearSVC

    held = Counter(term for one in terms for term in one)
    known = sorted((term for term, times in held.items() if times > 1), key=lambda term: (-held[term], term))
    column = {term: place for place, term in enumerate(known[:TERMS_MOST])}
    times = np.array([held[term] for term in column], np.float32)
    rarity = (np.log((1 + len(terms)) / (1 + times)) + 1).astype(np.float32)
    machine = LinearSVC(C=0.5, random_state=CHANCE)
    machine.fit(_matrix(terms, column, rarity), truth)
    weights, offsets = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # one line tells two labels apart
        weights, offsets = np.vstack([-weights, weights]), np.concatenate([-offsets, offsets])
    whole = np.zeros((len(labels), len(column)), np.float32)
    least = np.full(len(labels), -10, np.float32)  # a label that this part has not seen is not said
    whole[machine.classes_], least[machine.classes_] = weights, offsets
    return Model(labels, column, rarity, whole, least, 1.0)


def _matrix(terms: Sequence[Counter[str]], column: dict[str, int], rarity: "NDArray[np.float32]") -> Any:
    import numpy as np
    from scipy import sparse  # type: ignore[import-untyped]  # ships no types

    rows = [learned.row(one, column, rarity) for one in terms]
    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    weights = np.concatenate([values for _, values in rows])
    return sparse.csr_matrix((weights, places, starts), shape=(len(rows), len(column)))


def _scores(model: Model, terms: Sequence[Counter[str]]) -> "NDArray[np.float32]":
    import numpy as np

    rows = _matrix(terms, dict(model.column), model.rarity)
    found: NDArray[np.float32] = np.asarray(rows @ model.weights.T) + model.offsets
    return found


def _sharpness(scores: "NDArray[np.float32]", truth: "NDArray[Any]") -> float:
    """Return by what scores are multiplied so that confidence is as often right as it says (temperature scaling)."""
    import numpy as np
    from scipy import optimize

    def _surprise(power: float) -> float:
        shares = learned.confidences(scores, float(np.exp(power)))
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(np.exp(optimize.minimize_scalar(_surprise, bounds=(-3, 4), method="bounded").x))


def _judged(
    labels: tuple[str, ...], scores: "NDArray[np.float32]", truth: "NDArray[Any]", sharpness: float
) -> Figures:
    import numpy as np

    shares = learned.confidences(scores, sharpness)
    order = np.argsort(-shares, axis=1, kind="stable")
    said, right = order[:, 0], order[:, 0] == truth
    by_label = []
    for place, label in enumerate(labels):
        hit = int(((said == place) & (truth == place)).sum())
        named, there = int((said == place).sum()), int((truth == place).sum())
        by_label.append((label, there, 2 * hit / (named + there) if named + there else 0.0))
    return Figures(
        float(np.mean([f1 for _, _, f1 in by_label])),
        float(right.mean()),
        float((order[:, :2] == truth[:, None]).any(axis=1).mean()),
        float(np.bincount(truth).max() / len(truth)),
        _calibration(shares.max(axis=1), right),
        tuple(by_label),
    )


def _calibration(sure: "NDArray[np.float64]", right: "NDArray[Any]") -> float:
    import numpy as np

    tenths = np.minimum((sure * 10).astype(int), 9)
    off = 0.0
    for tenth in range(10):
        there = tenths == tenth
        if there.any():
            off += float(there.mean()) * abs(float(sure[there].mean()) - float(right[there].mean()))
    return off
