"""What is learnt of texts: it tells those it has not seen, is kept as numbers alone, and is missed by nobody without it."""

import io
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from chainhub.finding import learned, shelf, training
from chainhub.finding.learned import NotOurs
from chainhub.finding.training import Example
from tests.finding.words import SORTS, some

pytestmark = pytest.mark.slow  # it loads scikit-learn


def _examples(times: int = 40, sorts=tuple(SORTS)) -> list[Example]:
    told = [(sort, text) for sort in sorts for text in some(sort, times)]
    return [Example(title, content, sort, group) for group, (sort, (title, content)) in enumerate(told)]


@pytest.fixture(scope="module")
def made():
    return training.train(_examples())


def test_it_tells_texts_that_it_has_not_seen(made):
    model, figures = made

    for sort in SORTS:
        for title, content in some(sort, 10, seed=99):
            assert model.likely(title, content)[0].code == sort
    assert figures.macro_f1 > 0.9
    assert figures.top2 >= figures.accuracy > figures.baseline
    assert [label for label, _, _ in figures.by_label] == sorted(SORTS)


def test_confidence_is_a_share_and_the_likeliest_comes_first(made):
    shares = [one.confidence for one in made[0].likely(*some("energy", 1)[0])]

    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert made[0].likely("", "") == []
    assert made[0].likely("ΩΩΩ", "ЖЖЖ") == []  # unknown terms alone


def test_the_same_texts_give_the_same_model(made):
    again, figures = training.train(_examples())

    assert learned.written(again) == learned.written(made[0])
    assert figures == made[1]


def test_two_labels_are_learnt_as_well():
    model, _ = training.train(_examples(sorts=("energy", "labour")))

    assert {model.likely(*some(sort, 1, seed=7)[0])[0].code for sort in ("energy", "labour")} == {
        "energy",
        "labour",
    }
    with pytest.raises(ValueError, match="one label"):
        training.train(_examples(sorts=("energy",)))


def test_a_label_with_too_few_texts_is_left_out_and_near_copies_count_once():
    many, few = _examples(training.LEAST, ("energy",)), _examples(training.LEAST - 1, ("labour",))
    copied = [Example(one.title, one.content, "traffic", 7777) for one in _examples(50, ("traffic",))]

    kept, counts, left = training.enough([*many, *few, *copied])

    assert counts == {"energy": training.LEAST}
    assert left == {"labour": training.LEAST - 1, "traffic": 50}
    assert {one.label for one in kept} == {
        "energy",
        training.OTHER,
    }  # 19 and a copied one: enough to be the rest
    assert {one.label for one in training.enough([*many, *few])[0]} == {"energy"}


def test_what_was_kept_is_read_again_and_says_the_same(made, tmp_path):
    digest = shelf.keep(tmp_path / "models", made[0])
    again = shelf.fetch(tmp_path / "models", digest)

    said = some("traffic", 1, seed=5)[0]
    assert [(one.code, one.confidence) for one in again.likely(*said)] == [
        (one.code, pytest.approx(one.confidence)) for one in made[0].likely(*said)
    ]


def test_what_is_not_ours_is_not_read(made, tmp_path):
    folder = tmp_path / "models"
    digest = shelf.keep(folder, made[0])
    file = folder / f"{digest}.npz"
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    assert shelf.fetch(folder, digest) is None  # altered
    assert shelf.fetch(folder, "0" * 64) is None  # gone
    shelf.forget_others(folder, [])
    assert list(folder.iterdir()) == []


class _Evil:
    def __reduce__(self):
        return (print, ("ran",))


def test_nothing_that_is_read_is_run(capsys):
    with pytest.raises(NotOurs):
        learned.read(pickle.dumps(_Evil()))
    kept = io.BytesIO()
    np.savez(kept, head=np.array([_Evil()], dtype=object), terms=np.array(["a"]))
    with pytest.raises(NotOurs):
        learned.read(kept.getvalue())
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for given in (b"", b"no", empty.getvalue()):
        with pytest.raises(NotOurs):
            learned.read(given)
    assert "ran" not in capsys.readouterr().out


def test_a_model_of_another_version_is_not_asked(made, monkeypatch):
    kept = learned.written(made[0])
    monkeypatch.setattr(learned, "FEATURES", learned.FEATURES + 1)

    with pytest.raises(NotOurs):
        learned.read(kept)


_WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "sklearn":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "sklearn" else real(name, package)
import chainhub.app, chainhub.cli, chainhub.timetable
from chainhub.finding import shelf, training
from pathlib import Path
assert not training.is_installed()
model = shelf.fetch(Path(sys.argv[1]), sys.argv[2])
print(model.likely("变压器容量不够", "线路老化跳闸，增容排队太久。")[0].code)
assert "sklearn" not in sys.modules
"""


def test_without_scikit_learn_everything_starts_and_what_was_learnt_is_used(made, tmp_path):
    digest = shelf.keep(tmp_path, made[0])
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT, str(tmp_path), digest], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "energy"
