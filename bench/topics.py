"""`python -m bench.topics [FOLDER]`: groups of messages beside those that a person checked, and what 20,000 of them cost.

FOLDER holds topics.csv and topic_clusters.json, by default ../shared/data/appeals beside the checkout; without them
only the cost is measured, on the model county's own stories. The figures of docs/hot-issues.md come from here.
"""

import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import texts
from chainhub.finding.topics import Matter, Topic, topics

SIZES = (1_000, 5_000, 20_000)


def main() -> None:
    given = sys.argv[1:]
    if given[:1] == ["--cost"]:
        print(_cost(int(given[1]), Path(given[2])))
        return
    folder = Path(given[0]) if given else texts.REAL.parent
    if (folder / "topics.csv").is_file():
        _checked(folder)
    else:
        print(f"No hand-checked groups: {folder} is not there.")
    for size in SIZES:  # each in a process of its own: memory is counted from nothing
        command = [sys.executable, "-m", "bench.topics", "--cost", str(size), str(folder)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True)


def read(folder: Path) -> tuple[list[Matter], dict[int, str]]:
    """Return the messages, and of those that a person has put into a group the name of it."""
    with (folder / "topics.csv").open(encoding="utf-8-sig", newline="") as file:
        matters = [
            Matter(int(row["留言编号"]), row["留言主题"], row["留言详情"]) for row in csv.DictReader(file)
        ]
    named = json.loads((folder / "topic_clusters.json").read_text(encoding="utf-8"))["clusters"]
    return matters, {int(number): name for name, numbers in named.items() for number in numbers}


def judged(found: Sequence[Topic], truth: Mapping[int, str]) -> dict[str, float]:
    """Return precision, recall and F1 over pairs, and B-cubed over messages.

    Strictly: a message that stands in no checked group counts as foreign wherever it is grouped with one that does.
    """
    group_of = {member.id: place for place, one in enumerate(found) for member in one.members}
    size_of = {place: len(one.members) for place, one in enumerate(found)}
    pairs_right = pairs_said = pairs_true = 0.0
    exact, caught = [], []
    for one, name in truth.items():
        own = group_of.get(one)
        mates = [other for other in truth if truth[other] == name]
        right = sum(other == one or (own is not None and group_of.get(other) == own) for other in mates)
        said = size_of[own] if own is not None else 1
        checked = sum(own is not None and group_of.get(other) == own for other in truth)
        pairs_right += (right - 1) / 2
        pairs_true += (len(mates) - 1) / 2
        # A pair within the checked is met from both of its ends, one with an unchecked message from one end alone.
        pairs_said += (max(checked, 1) - 1) / 2 + (said - max(checked, 1))
        exact.append(right / said)
        caught.append(right / len(mates))
    precision, recall = pairs_right / max(pairs_said, 1), pairs_right / max(pairs_true, 1)
    cubed = sum(exact) / len(exact), sum(caught) / len(caught)
    return {
        "pair precision": precision,
        "pair recall": recall,
        "pair F1": 2 * precision * recall / max(precision + recall, 1e-9),
        "B3 precision": cubed[0],
        "B3 recall": cubed[1],
        "B3 F1": 2 * cubed[0] * cubed[1] / max(sum(cubed), 1e-9),
    }


def _checked(folder: Path) -> None:
    matters, truth = read(folder)
    began = time.perf_counter()
    found = topics(matters)
    took = time.perf_counter() - began
    names = list(dict.fromkeys(truth.values()))
    print(f"{len(matters)} messages, {len(truth)} of them in {len(names)} checked groups; {took:.1f} s")
    print(", ".join(f"{name} {figure:.3f}" for name, figure in judged(found, truth).items()))
    for name in names:
        wanted = {one for one, said in truth.items() if said == name}
        best = max(found, key=lambda one: len(wanted & {member.id for member in one.members}))
        hit = len(wanted & {member.id for member in best.members})
        print(f"  {name}: {hit} of {len(wanted)} in a group of {len(best.members)}: {'、'.join(best.words)}")
    sizes = [len(one.members) for one in found]
    print(f"{len(found)} groups, {sum(sizes)} messages in them, the largest {max(sizes, default=0)}")


def _cost(size: int, folder: Path) -> str:
    said = texts.load(size, folder / "labelled.csv")
    matters = [
        Matter(place, title, content) for place, (title, content) in enumerate(said.take(size), start=1)
    ]
    began, busy = time.perf_counter(), time.process_time()
    found = topics(matters)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{size} matters ({said.source}): {took:.1f} s ({busy:.1f} s of processor), {most:.0f} MiB, {len(found)} groups"


if __name__ == "__main__":
    main()
