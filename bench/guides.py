"""`python -m bench.guides [ENTERPRISES GUIDES]`: how long a proposal takes and how much memory, each in a process of its own.

Invented facts, the same at every run. The figures of docs/assignments.md come from here.
"""

import os
import random
import resource
import subprocess
import sys
import time

from chainhub.assignments import matching, rules
from chainhub.assignments.explaining import Told
from chainhub.assignments.matching import Matcher
from chainhub.assignments.rules import Facts, Firm, Guide, Profile
from chainhub.assignments.solving import solve

SOLVERS: dict[str, Matcher] = {"scipy": matching.by_places, "ortools": matching.by_flow}
SIZES = ((77, 30), (2_000, 600), (20_000, 4_000))
_CHAINS = tuple(f"链{place}" for place in range(12))
_TOWNS = tuple(f"镇{place}" for place in range(40))


def city(firms: int, guides: int, *, settled: bool) -> Facts:
    """Return invented facts; `settled`: most enterprises have a guide, a fortieth of the guides has left."""
    rng = random.Random(20261122)
    per = -(-firms // guides)
    made = tuple(
        Guide(
            place + 1,
            f"指导员{place}",
            f"u{rng.randrange(200)}",
            rng.choice(_TOWNS),
            frozenset(rng.sample(_CHAINS, 2)),
            capacity=rules.REFUSE_ABOVE,
        )
        for place in range(guides)
    )
    places = [one.id for one in made for _ in range(per)]
    rng.shuffle(places)
    gone = {one.id for one in made if settled and rng.random() < 1 / 40}
    found = tuple(
        Firm(
            f"f{place:06}",
            f"企业{place}",
            rng.choice(_CHAINS),
            rng.choice(_TOWNS),
            rng.choice((1, 1, 1, 2, 3)),
            wishes=tuple(rng.sample(range(1, guides + 1), rng.choice((0, 0, 0, 1, 2)))),
            current=places[place] if settled else None,
        )
        for place in range(firms)
    )
    return Facts(found, tuple(one for one in made if one.id not in gone))


def measure(firms: int, guides: int, profile: Profile, *, settled: bool, by: Matcher) -> str:
    """Return one line of figures; every pair's reasons are made as well."""
    facts = city(firms, guides, settled=settled)
    shown = {"": 0.0}

    def _say(stage: str, done: int, total: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - shown[""] > 0.2:
            shown[""] = time.monotonic()
            sys.stderr.write(f"\r{stage} {done}/{total}   ")

    solve(city(3, 3, settled=False), profile, by=by)  # a process loads the solver's library once
    began, used = time.perf_counter(), time.process_time()
    found = solve(facts, profile, say=_say, by=by)
    solved, busy = time.perf_counter() - began, time.process_time() - used
    told = Told(facts, found, profile)
    for code in found.pairs:
        told.reasons(code)
    told.unmet()
    took, worked = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    which = "re-run after some left" if settled else "from nothing"
    return "  ".join(
        (
            f"{firms:>6} x {guides:<5} {profile.value:<7} {which:<23} {by.__name__:<9}",
            f"plan {solved:6.2f} s ({busy:.2f} s of one core)",
            f"with reasons {took:6.2f} s ({worked:.2f})",
            f"peak {peak:4.0f} MB",
            f"without {len(found.unmet)}",
            f"changed {len(told.changed()) if settled else 0}",
        )
    )


def main(arguments: list[str]) -> int:
    """Measure one size in this process, or with nothing named every size in processes of their own."""
    if len(arguments) == 5:
        firms, guides, profile, settled, solver = arguments
        is_settled = settled == "settled"
        by = SOLVERS[solver]
        print(measure(int(firms), int(guides), Profile(profile), settled=is_settled, by=by))
        return 0
    sizes = ((int(arguments[0]), int(arguments[1])),) if len(arguments) == 2 else SIZES
    print(f"load average {os.getloadavg()[0]:.1f}")
    for firms, guides in sizes:
        for settled in ("settled", "new"):
            for profile in Profile:
                for solver in SOLVERS if matching.has_flow() else ("scipy",):
                    said = [str(firms), str(guides), profile.value, settled, solver]
                    subprocess.run([sys.executable, "-m", "bench.guides", *said], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
