"""When a run counts as dead, what still may be fetched, how far something is. Pure; spans as timedelta."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from chainhub.core.actor import Grant
from chainhub.core.words import Labelled


class ErrandKind(Labelled):
    """What is asked for."""

    EXPORT = "export", "导出台账"
    IMPORT = "import", "导入台账"
    PACK = "pack", "迎检资料包"
    PROPOSAL = "proposal", "推算选派方案"


class Stage(Labelled):
    """Where an errand stands."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "正在做"
    ASKING = "asking", "等您确认"
    READY = "ready", "做好了"
    FAILED = "failed", "没做成"
    CANCELLED = "cancelled", "不做了"
    EXPIRED = "expired", "文件已清掉"


WITHOUT_FILE = (ErrandKind.IMPORT, ErrandKind.PROPOSAL)
"""Of which no file comes: what comes of them stands in the county."""
UNDONE = (Stage.WAITING, Stage.RUNNING)
RUNNING_MOST = 3  # of one person at once: the scheduler does one after the other
TRIES_MOST = 3  # runs that may break off before it is said to have failed
SILENT = timedelta(minutes=2)  # without a sign of life after which a run counts as dead
KEPT = timedelta(days=3)  # that a file waits to be fetched, and an import to be confirmed
FETCHING = timedelta(minutes=10)  # in which a download that broke may be begun again
EXPORT_MOST = 100_000  # rows of one file from a page: about a minute in which nothing else runs
PACK_MOST = 300  # tickets of one pack
PACK_BYTES_MOST = 1024**3  # of evidence in one pack
FAILURES_SHOWN = 500  # rows of an import that are listed with their reasons
FILE_MOST = 20 * 1024 * 1024  # bytes of a file to import

Written = Sequence[str]


def written(grants: Iterable[Grant]) -> list[list[str]]:
    """Return grants as they are kept beside a file."""
    return sorted([one.role.value, one.scope.value, one.ref] for one in grants)


def still_covers(held: Iterable[Written], now: Collection[Grant]) -> bool:
    """Say whether somebody still holds everything under which a file was made for them."""
    there = {tuple(one) for one in written(now)}
    return all(tuple(one) in there for one in held)


def is_silent(beat_at: datetime | None, now: datetime) -> bool:
    """Say whether a run has been silent for so long that it is taken up again."""
    return beat_at is None or now - beat_at >= SILENT


def percent(done: int, total: int) -> int:
    """Return how far something is, in hundredths; the last one is for its end."""
    return min(99, done * 100 // total) if total else 0


def expiry(fetched_at: datetime, expires_at: datetime) -> datetime:
    """Return when a file goes that somebody has begun to fetch: one download, with time to begin it again."""
    return min(expires_at, fetched_at + FETCHING)
