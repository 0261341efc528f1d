"""Where learnt models lie: a folder of this installation, hung on the engine by the entry points.

A file is called by its digest and is read only if it still has that digest: nothing is loaded that this program did not
write and the database does not name.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from chainhub.finding import learned
from chainhub.finding.learned import Model, NotOurs

_OPTION = "chainhub_models"
_SUFFIX = ".npz"
FOLDER = "models"  # of the instance folder


def equip(bind: Engine | Connection, folder: Path) -> None:
    """Hang the folder on the engine. It is made when the first model is kept."""
    if isinstance(bind, Engine):
        bind.update_execution_options(**{_OPTION: folder})
    else:
        bind.execution_options(**{_OPTION: folder})


def folder_of(session: Session) -> Path | None:
    """Return the folder, or None where nobody has hung one there."""
    found = session.get_bind().get_execution_options().get(_OPTION)
    return found if isinstance(found, Path) else None


def keep(folder: Path, model: Model) -> str:
    """Write a model and return its digest. A reader sees the whole file or none."""
    kept = learned.written(model)
    digest = hashlib.sha256(kept).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(kept)
    Path(name).replace(folder / f"{digest}{_SUFFIX}")
    return digest


def forget_others(folder: Path, digests: Collection[str]) -> None:
    """Delete every model but these."""
    for file in folder.glob(f"*{_SUFFIX}"):
        if file.stem not in digests:
            file.unlink(missing_ok=True)


def fetch(folder: Path, digest: str) -> Model | None:
    """Return a model by its digest, or None where the file is gone, was altered or is of another version.

    It is read from the disk once a process; what is missing is looked for again each time.
    """
    try:
        return _read(folder / f"{digest}{_SUFFIX}", digest)
    except (OSError, NotOurs):
        return None


@lru_cache(maxsize=4)
def _read(file: Path, digest: str) -> Model:
    kept = file.read_bytes()
    if hashlib.sha256(kept).hexdigest() != digest:
        raise NotOurs("altered")
    return learned.read(kept)
