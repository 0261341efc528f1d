"""Settings and the county's data: read here, at the entry points, and handed in. Fails loudly."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from chainhub.core.settings import REMEMBER_DAYS_MOST, SETTINGS, Settings
from config import outgoing

HERE = Path(__file__).resolve().parent
COUNTY = HERE / "county"
_HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*")

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?")


class SettingsError(Exception):
    """A setting is missing, unknown or ill-typed; the message says which and what to do."""


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings. Raises SettingsError for anything missing, unknown or ill-typed."""
    known = {one.variable for one in SETTINGS}
    unknown = sorted(name for name in environ if name.startswith("CHAINHUB_") and name not in known)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}; see docs/settings.md")
    raw = {one.name: environ.get(one.variable, one.default).strip() for one in SETTINGS}
    mode = _one_of(raw, "mode", ("demo", "production"))
    instance = Path(raw["instance"]).resolve()
    return Settings(
        mode=mode,
        instance=instance,
        database_url=raw["database_url"] or f"sqlite:///{instance / 'chainhub.db'}",
        secret_key=_secret(raw["secret_key"], mode, instance),
        cookie_secure=_bool(raw, "cookie_secure") if raw["cookie_secure"] != "auto" else mode == "production",
        trusted_proxies=_int(raw, "trusted_proxies", 0, 5),
        hosts=_hosts(raw["hosts"]),
        idle_minutes=_int(raw, "idle_minutes", 1, 24 * 60),
        remember_days=_int(raw, "remember_days", 1, REMEMBER_DAYS_MOST),
        log_level=_one_of(raw, "log_level", ("DEBUG", "INFO", "WARNING", "ERROR")),
        metrics_token=raw["metrics_token"],
        storage=_storage(raw["storage"]),
        outgoing=outgoing.load(raw, SettingsError),
    )


def county(name: str) -> Any:
    """Return one file of the model county: county, enterprises, people, rulebook, stories."""
    with (COUNTY / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe; one is in C


def _one_of(raw: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    if raw[name] not in allowed:
        raise SettingsError(f"CHAINHUB_{name.upper()} must be one of {', '.join(allowed)}, not {raw[name]!r}")
    return raw[name]


def _bool(raw: Mapping[str, str], name: str) -> bool:
    return _one_of({name: raw[name].lower()}, name, ("true", "false")) == "true"


def _int(raw: Mapping[str, str], name: str, least: int, most: int) -> int:
    if not raw[name].isdigit() or not least <= int(raw[name]) <= most:
        raise SettingsError(
            f"CHAINHUB_{name.upper()} must be a whole number from {least} to {most}, not {raw[name]!r}"
        )
    return int(raw[name])


def _hosts(given: str) -> tuple[str, ...]:
    found = tuple(one.strip().lower() for one in given.split(",") if one.strip())
    for one in found:
        if not _HOST.fullmatch(one):
            raise SettingsError(
                f"CHAINHUB_HOSTS takes names such as chainhub.example.cn, no port, not {one!r}"
            )
    return found


def _storage(given: str) -> str:
    if given and not _BUCKET.fullmatch(given):
        raise SettingsError(f"CHAINHUB_STORAGE takes s3://bucket or s3://bucket/prefix, not {given!r}")
    return given


def _secret(given: str, mode: str, instance: Path) -> str:
    if given:
        if len(given) < 32:
            raise SettingsError("CHAINHUB_SECRET_KEY is too short; give at least 32 characters")
        return given
    if mode == "production":
        raise SettingsError("CHAINHUB_SECRET_KEY is missing; production does not start without one")
    kept = instance / "secret_key"
    if not kept.exists():
        instance.mkdir(parents=True, exist_ok=True)
        _keep(kept, secrets.token_urlsafe(48))
    found = kept.read_text(encoding="ascii")
    if len(found) < 32:
        raise SettingsError(f"{kept} holds no secret; delete it and start again")
    return found


def _keep(file: Path, secret: str) -> None:
    """Write a secret under its name at once whole: several workers start together, and the first one's counts."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # readable to its owner alone
    try:
        with os.fdopen(handle, "w", encoding="ascii") as begun:
            begun.write(secret)
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink()
