"""The results as docs/performance.md. What is written by hand between its marks outlives every run."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.lives import OPEN_SHARE, SEED
from bench.measures import Case
from chainhub.core.worktime import SHANGHAI

BEGIN, END = "<!-- by hand: begin -->", "<!-- by hand: end -->"
_NOTHING = f"{BEGIN}\n\n## What limits it\n\nNot written yet.\n\n{END}"
SMALL, LARGE = 1000, 100_000
GROWTH_MOST = 1.3
Found = dict[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: which number, how far it may go, and how it is written."""

    what: str
    key: str
    most: float
    form: str
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    most_postgresql: float = 0.0
    growth: str = ""  # the number that may not grow from the small county to the large one

    def limit(self, database: str) -> float:
        return self.most_postgresql if database == "postgresql" and self.most_postgresql else self.most


TARGETS: tuple[Target, ...] = (
    Target("list, clerk: × hello's CPU", "list_clerk_ratio", 25, "{:.1f}", growth="list_clerk_cpu"),
    Target("list, county leader: × hello's CPU", "list_leader_ratio", 25, "{:.1f}", growth="list_leader_cpu"),
    Target(
        "ticket page, clerk: × hello's CPU", "ticket_clerk_ratio", 20, "{:.1f}", growth="ticket_clerk_cpu"
    ),
    Target(
        "ticket page, county leader: × hello's CPU",
        "ticket_leader_ratio",
        20,
        "{:.1f}",
        growth="ticket_leader_cpu",
    ),
    Target("submit, 4 clients: hello's rate ÷ its rate", "submit_part", 14, "{:.1f}", ("postgresql",)),
    Target("move, 4 clients: hello's rate ÷ its rate", "move_part", 14, "{:.1f}", ("postgresql",)),
    Target("writes caused by reading", "writes_by_reading", 0, "{:.0f}"),
    *(
        Target(f"search, {kind} word, {name}: ms", f"search_{kind}_{name}", 15, "{:.1f}", most_postgresql=35)
        for kind in ("common", "rare", "absent")
        for name in ("clerk", "leader")
    ),
    Target("sweep of what is due: s", "sweep", 0.5, "{:.2f}"),
)

_PAGES = (
    ("list, newest, clerk", "list_clerk"),
    ("list, newest, county leader", "list_leader"),
    ("list 办理中, clerk", "list_handling_clerk"),
    ("list 办理中, county leader", "list_handling_leader"),
    ("ticket page, clerk", "ticket_clerk"),
    ("ticket page, county leader", "ticket_leader"),
    ("desk, clerk (for information)", "desk_clerk"),
    ("哪里卡住了, county leader (for information)", "desk_leader"),
    ("search page, common word, clerk", "search_page_clerk"),
    ("search page, common word, county leader", "search_page_leader"),
)
_RAW = (
    ("rows of the list, clerk", "raw_list_clerk"),
    ("rows of the list, county leader", "raw_list_leader"),
    ("rows of the list 办理中, clerk", "raw_list_handling_clerk"),
    ("rows of the list 办理中, county leader", "raw_list_handling_leader"),
    ("rows of one ticket, its events and clocks", "raw_ticket"),
)
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def write(out: Path, cases: Sequence[Case], *, command: str, took: float) -> None:
    """Write the results; keep what stands between the marks."""
    kept = _NOTHING
    if out.exists():
        text = out.read_text(encoding="utf-8")
        if BEGIN in text and END in text:
            kept = text[text.index(BEGIN) : text.index(END) + len(END)]
    first = cases[0]
    parts = [
        "# Performance",
        "Written by `make bench`; the section between the marks is by hand and outlives every run.",
        _conditions(first, command, took),
        _targets(cases),
        kept,
        _pages(cases),
        _rates(cases),
        _searches(cases),
        _small(cases),
        _others(cases),
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _conditions(case: Case, command: str, took: float) -> str:
    memory = psutil.virtual_memory().total / 2**30
    load = psutil.getloadavg()
    lines = [
        "## Conditions",
        "",
        f"- {case.now.astimezone(SHANGHAI):%Y-%m-%d}, {psutil.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"Python {platform.python_version()}, {platform.system()}; load average at the end {load[0]:.1f}, {load[2]:.1f} "
        "(1, 15 minutes; above the number of cores, rates and latencies are those of a crowded machine)",
        f"- `{command}`, {took / 60:.0f} minutes",
        f"- Texts: {case.texts.source}. {OPEN_SHARE * 100:.0f} of 100 tickets are open. Lives are those of a "
        f"simulated county (seed {SEED}), parts, requests, 批示, 督办, second rounds and sent messages included, cloned with "
        "hashes, clocks, notices and search index of their own; nobody has chosen a way out of the house any more",
        "- Server as `chainhub serve` starts it: gunicorn, gthread, 2 workers × 4 threads; the yardstick is a bare Flask "
        "page under the same settings, asked in turns with what is measured. CPU is user + system of master and workers, "
        "divided by requests; one client on one kept connection, signed in by cookie. Rates: four client processes with "
        "bearer tokens on the same machine. PostgreSQL has its defaults, fsync included",
    ]
    return "\n".join(lines)


def _targets(cases: Sequence[Case]) -> str:
    head = ["target", "at most", *(_title(case) for case in cases), "100,000 ÷ 1,000", "reached"]
    rows = []
    for target in TARGETS:
        listed = [case for case in cases if case.database in target.databases]
        limits = " / ".join(dict.fromkeys(f"{target.limit(case.database):g}" for case in listed))
        shown = [
            target.form.format(case.found[target.key]) if case in listed and target.key in case.found else "–"
            for case in cases
        ]
        rows.append([target.what, limits, *shown, _growth_words(cases, target), _reached(cases, target)])
    return "## Against the targets\n\n" + _table(head, rows)


def _growths(cases: Sequence[Case], key: str) -> dict[str, float]:
    found = {}
    for database in dict.fromkeys(case.database for case in cases):
        sizes = {case.size: case.found for case in cases if case.database == database}
        if SMALL in sizes and LARGE in sizes and sizes[SMALL].get(key):
            # Each beside the yardstick of its own minutes, so that the weather between them does not count.
            ratio = key.replace("_cpu", "_ratio")
            found[database] = sizes[LARGE][ratio] / sizes[SMALL][ratio]
    return found


def _growth_words(cases: Sequence[Case], target: Target) -> str:
    if not target.growth:
        return ""
    return ", ".join(
        f"{_NAMES[name]} {growth:.2f}" for name, growth in _growths(cases, target.growth).items()
    )


def _reached(cases: Sequence[Case], target: Target) -> str:
    large = [
        case
        for case in cases
        if case.size == LARGE and case.database in target.databases and target.key in case.found
    ]
    if not large:
        return "not measured"
    missed = [_NAMES[case.database] for case in large if case.found[target.key] > target.limit(case.database)]
    grown = (
        [_NAMES[name] for name, growth in _growths(cases, target.growth).items() if growth > GROWTH_MOST]
        if target.growth
        else []
    )
    said = [f"**no** ({', '.join(missed)})"] if missed else []
    said += [f"**grows** ({', '.join(grown)})"] if grown else []
    return ", ".join(said) or "yes"


def _pages(cases: Sequence[Case]) -> str:
    def cell(found: Found, key: str) -> str:
        database = f" + {found[f'{key}_database_cpu']:.1f}" if f"{key}_database_cpu" in found else ""
        return f"{found[f'{key}_cpu']:.1f}{database} · {found[f'{key}_ratio']:.1f}× · {found[f'{key}_p50']:.0f}/{found[f'{key}_p95']:.0f}"

    note = "Server CPU in ms (+ that of PostgreSQL's processes) · times hello's CPU · latency p50/p95 in ms."
    rows = _rows(cases, _PAGES, cell, "{}_cpu")
    hello = ["hello world"]
    for case in cases:
        own = [case.found[f"{key}_hello_cpu"] for _, key in _PAGES if f"{key}_hello_cpu" in case.found]
        hello.append(f"{sum(own) / len(own):.2f} · 1×" if own else "–")
    return f"## Pages\n\n{note}\n\n" + _table(["page", *(_title(case) for case in cases)], [hello, *rows])


def _rates(cases: Sequence[Case]) -> str:
    def cell(found: Found, key: str) -> str:
        database = f" + {found[f'{key}_database_cpu']:.1f}" if f"{key}_database_cpu" in found else ""
        return (
            f"{found[f'{key}_rate']:.0f}/s · 1/{found[f'{key}_part']:.1f} · {found[f'{key}_cpu']:.1f}{database} · "
            f"{found.get(f'{key}_p50', 0):.0f}/{found.get(f'{key}_p95', 0):.0f}"
        )

    note = (
        "Rate · part of hello's rate · server CPU in ms a request (+ PostgreSQL) · latency p50/p95 in ms. "
        "Submit: four enterprises file real texts under an Idempotency-Key. Move: progress, resolve, send back in turn."
    )
    rows = _rows(cases, (("submit", "submit"), ("move", "move")), cell, "{}_rate")
    hello = ["hello world", *(f"{case.found.get('hello_rate', 0):.0f}/s" for case in cases)]
    return f"## Four clients\n\n{note}\n\n" + _table(["", *(_title(case) for case in cases)], [hello, *rows])


def _searches(cases: Sequence[Case]) -> str:
    rows = []
    for kind, word in cases[0].texts.words.items():
        for name in ("clerk", "leader"):
            cells = []
            for case in cases:
                key = f"{kind}_{name}"
                whole, least = case.found.get(f"search_{key}"), case.found.get(f"search_least_{key}")
                said = case.notes.get(f"search_{key}", "").partition(", ")[2]
                cells.append("–" if whole is None else f"{whole:.1f} (best {least:.1f}); {said}")
            rows.append([f"{kind} “{word}”, {name}", *cells])
    note = "Median in ms of what the list asks of the service layer: the first page and, where that is not all, the count up to 100."
    return f"## Search\n\n{note}\n\n" + _table(["word", *(_title(case) for case in cases)], rows)


def _small(cases: Sequence[Case]) -> str:
    raw = _rows(cases, _RAW, lambda found, key: f"{found[key]:.2f} ms", "{}")
    sweep = ["sweep: clocks due, seconds"]
    memory = ["memory of master and workers"]
    for case in cases:
        sweep.append(
            f"{case.found.get('sweep_due', 0):.0f} due in {case.found.get('sweep', 0):.2f} s (CPU {case.found.get('sweep_cpu', 0):.2f} s)"
            if "sweep" in case.found
            else "–"
        )
        memory.append(f"{case.found.get('memory_mb', 0):.0f} MB")
    return "## Raw SQL for the same rows, sweep, memory\n\n" + _table(
        ["", *(_title(case) for case in cases)], [*raw, sweep, memory]
    )


def _others(cases: Sequence[Case]) -> str:
    found = next(
        (case.found for case in cases if case.size == LARGE and case.database == "postgresql"),
        cases[-1].found,
    )
    rows = [
        ["list", "517 ms", f"{found.get('list_leader_p50', 0):.0f} ms"],
        [
            "ticket page",
            "36/s",
            f"{1000 / max(found.get('ticket_leader_p50', 1), 0.1):.0f}/s with one client",
        ],
        ["create", "148/s", f"{found.get('submit_rate', 0):.0f}/s"],
        ["search", "859 ms", f"{found.get('search_common_leader', 0):.0f} ms"],
        ["sweep", "5.3 s", f"{found.get('sweep', 0):.2f} s"],
    ]
    note = "django-helpdesk was measured once under the same conditions on a quiet machine; ours are those of this run."
    return f"## Beside django-helpdesk\n\n{note}\n\n" + _table(["", "django-helpdesk", "ChainHub"], rows)


def _rows(
    cases: Sequence[Case], named: Sequence[tuple[str, str]], cell: Callable[[Found, str], str], asked: str
) -> list[list[str]]:
    return [
        [name, *(cell(case.found, key) if asked.format(key) in case.found else "–" for case in cases)]
        for name, key in named
    ]


def _title(case: Case) -> str:
    return f"{_NAMES[case.database]} {case.size:,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
