"""What a text most likely is, as earlier texts and their labels have it: a linear model, kept as plain numbers.

A model is read with NumPy alone and holds no code: an .npz of arrays and one line of JSON, never a pickle. Only
`training.py` knows scikit-learn, and only whoever trains needs it.
"""

import io
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from chainhub.finding.rules import runs

if TYPE_CHECKING:  # a web process without a model need not carry NumPy
    import numpy as np
    from numpy.typing import NDArray

FEATURES = 1  # raised with every change of what is read of a text: an older model is not asked any more
READ_MOST = 2000  # characters of a text that are looked at
TERMS_MOST = 50_000  # of a model: the commonest


class NotOurs(ValueError):
    """What was read is no model of this version."""


def said(title: str, content: str) -> Counter[str]:
    """Return what is read of a text: its characters and their pairs, how often each."""
    found: Counter[str] = Counter()
    for text in (title, content[:READ_MOST]):
        for run in runs(text):
            found.update(run)
            found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


@dataclass(frozen=True, slots=True)
class Likely:
    """A label with how sure the model is of it, from 0 to 1."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Labels, the terms that are known, how rare each is, and how much each speaks for each label."""

    labels: tuple[str, ...]
    column: Mapping[str, int]
    rarity: "NDArray[np.float32]"
    weights: "NDArray[np.float32]"  # by label and term
    offsets: "NDArray[np.float32]"  # by label
    sharpness: float  # makes shares of confidence of scores; fitted on texts that the model had not seen

    def likely(self, title: str, content: str) -> list[Likely]:
        """Return every label with its confidence, the likeliest first; nothing for a text of unknown terms alone."""
        terms = said(title, content)
        places, values = row(terms, self.column, self.rarity)
        if not len(places):
            return []
        scores = self.weights[:, places] @ values + self.offsets
        shares = confidences(scores[None, :], self.sharpness)[0]
        order = sorted(range(len(self.labels)), key=lambda place: (-shares[place], self.labels[place]))
        return [Likely(self.labels[place], float(shares[place])) for place in order]


def row(
    terms: Mapping[str, int], column: Mapping[str, int], rarity: "NDArray[np.float32]"
) -> "tuple[NDArray[np.int32], NDArray[np.float32]]":
    """Return a text as places and weights (TF-IDF of length one)."""
    import numpy as np

    known = [(column[term], times) for term, times in terms.items() if term in column]
    if not known:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    places = np.array([place for place, _ in known], np.int32)
    weights = np.array([1 + math.log(times) for _, times in known], np.float32) * rarity[places]
    return places, weights / np.float32(math.sqrt(float(weights @ weights)) or 1.0)


def confidences(scores: "NDArray[np.float32]", sharpness: float) -> "NDArray[np.float64]":
    """Return shares that sum to one for each row of scores."""
    import numpy as np

    sharp = scores.astype(np.float64) * sharpness
    powers = np.exp(sharp - sharp.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def written(model: Model) -> bytes:
    """Return a model as the bytes that are kept."""
    import numpy as np

    terms = sorted(model.column, key=lambda term: model.column[term])
    head = {"features": FEATURES, "labels": model.labels, "sharpness": model.sharpness}
    kept = io.BytesIO()
    np.savez_compressed(
        kept,
        head=np.frombuffer(json.dumps(head).encode(), np.uint8),
        terms=np.array(terms, np.str_),
        rarity=model.rarity,
        weights=model.weights,
        offsets=model.offsets,
    )
    return kept.getvalue()


def read(kept: bytes) -> Model:
    """Return the model that `written` made bytes of. Raises NotOurs for anything else; runs nothing of it."""
    import numpy as np

    try:
        with np.load(io.BytesIO(kept), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            terms: Sequence[str] = arrays["terms"].tolist()
            rarity, weights, offsets = arrays["rarity"], arrays["weights"], arrays["offsets"]
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise NotOurs(str(error)) from error
    shape = (len(head.get("labels", ())), len(terms))
    if head.get("features") != FEATURES or weights.shape != shape or offsets.shape != shape[:1]:
        raise NotOurs("another version")
    column = {term: place for place, term in enumerate(terms)}
    return Model(tuple(head["labels"]), column, rarity, weights, offsets, float(head["sharpness"]))
