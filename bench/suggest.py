"""`python -m bench.suggest [FOLDER]`: how well a category is suggested, on messages that the model has not seen.

FOLDER holds labelled.csv, by default ../shared/data/appeals beside the checkout. Its column `group` marks near-copies: a
group stands on one side of any split. The figures of docs/hot-issues.md come from here.
"""

import csv
import resource
import sys
import time
from pathlib import Path

from bench import texts
from chainhub.finding import learned, training
from chainhub.finding.training import Example


def main() -> None:
    given = Path(sys.argv[1]) if sys.argv[1:] else texts.REAL.parent
    file = given / "labelled.csv"
    if not file.is_file():
        print(f"Nothing to measure on: {file} is not there.")
        return
    if not training.is_installed():
        print("Nothing to measure with: scikit-learn is not installed (the extra `ml`).")
        return
    examples = read(file)
    print(f"{len(examples)} messages, {len({one.label for one in examples})} categories")
    began, busy = time.perf_counter(), time.process_time()
    model, figures = training.train(examples)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"grouped cross-validation, {training.FOLDS} folds: macro-F1 {figures.macro_f1:.3f}, accuracy "
        f"{figures.accuracy:.3f}, top-2 {figures.top2:.3f}; always the commonest {figures.baseline:.3f}; "
        f"confidence off by {figures.calibration:.3f}"
    )
    for label, times, f1 in figures.by_label:
        print(f"  {label}: {times} messages, F1 {f1:.3f}")
    kept = learned.written(model)
    print(
        f"{training.FOLDS} folds and the model: {took:.1f} s ({busy:.1f} s of processor), {most:.0f} MiB; "
        f"kept in {len(kept) / 2**20:.1f} MiB"
    )
    began = time.perf_counter()
    again = learned.read(kept)
    print(f"read again in {(time.perf_counter() - began) * 1000:.0f} ms")
    asked = examples[:500]
    began = time.perf_counter()
    for one in asked:
        again.likely(one.title, one.content)
    print(f"asked: {(time.perf_counter() - began) / len(asked) * 1000:.2f} ms a message")


def read(file: Path) -> list[Example]:
    """Return the messages with their categories and groups."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [
            Example(row["留言主题"], row["留言详情"], row["一级标签"], int(row["group"]))
            for row in csv.DictReader(opened)
        ]


if __name__ == "__main__":
    main()
