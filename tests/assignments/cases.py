"""Invented counties for the rule of who looks after whom: small ones, and as large as wanted."""

import random

from chainhub.assignments.rules import Facts, Firm, Guide

TOWNS = tuple(f"镇{place}" for place in range(15))
CHAINS = ("装备", "纺织", "化工")
SKILLS = ("数控", "环保", "财务", "安全")


def county(
    seed: int, firms: int, guides: int, *, capacity: int = 5, settled: bool = False, tight: float = 0.05
) -> Facts:
    """Facts of a county of this size, the same for the same seed; `settled`: every enterprise has a guide now."""
    rng = random.Random(seed)
    made = tuple(
        Guide(
            id=place + 1,
            name=f"指导员{place + 1}",
            unit=f"u{rng.randrange(max(2, guides // 3))}",
            town=rng.choice(TOWNS),
            industries=frozenset(rng.sample(CHAINS, rng.randint(1, 2))),
            skills=frozenset(rng.sample(SKILLS, rng.randint(0, 2))),
            capacity=rng.randint(max(1, capacity - 2), capacity),
            wishes=tuple(
                f"f{one:06}" for one in rng.sample(range(firms), min(firms, rng.choice((0, 0, 1, 3))))
            ),
        )
        for place in range(guides)
    )
    left = [one.id for one in made for _ in range(one.capacity)]
    rng.shuffle(left)
    found = tuple(
        Firm(
            code=f"f{place:06}",
            name=f"企业{place}",
            chain=rng.choice(CHAINS),
            town=rng.choice(TOWNS),
            weight=rng.randint(1, 3),
            needs=frozenset(rng.sample(SKILLS, rng.choice((0, 0, 1)))),
            wishes=tuple(rng.sample(range(1, guides + 1), min(guides, rng.choice((0, 0, 1, 2))))),
            current=left[place] if settled and place < len(left) else None,
        )
        for place in range(firms)
    )
    conflicts = (
        {(one.unit, firm.code): "发它的许可" for one in made for firm in found if rng.random() < tight * 0.2}
        if firms * guides < 10_000
        else {}
    )
    bans = {}
    if firms * guides < 10_000:
        bans = {(firm.code, one.id): "" for firm in found for one in made if rng.random() < tight}
    return Facts(found, made, conflicts, bans)
