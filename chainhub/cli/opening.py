"""What every command opens: settings, database, storage, one unit of work; and how it says a moment or a progress."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.actor import Actor, Grant, Role, ScopeKind
from chainhub.core.settings import Settings
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.documents.attachments import storing
from chainhub.finding import shelf
from chainhub.notices import outfit
from chainhub.operations import schema
from chainhub.web import engine as engines

OPERATOR = Actor(id=None, username="operator", name="命令行")
OFFICE = replace(OPERATOR, grants=(Grant(Role.LIAISON, ScopeKind.COUNTY),))
"""The same for what is read: whoever stands at the server's console reads what the county's office does."""
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)


def settings() -> Settings:
    """Return the settings of the environment. Raises ClickException where one is missing, unknown or ill-typed."""
    import config

    try:
        return config.load(os.environ)
    except config.SettingsError as error:
        raise click.ClickException(str(error)) from error


def engine(settings: Settings, *, files: bool = False) -> Engine:
    """Return the database of the settings, watched for being behind this version, with the media that notices go out by.

    With `files` also with the storage of files, for commands that do what the scheduler does.
    """
    settings.instance.mkdir(parents=True, exist_ok=True)
    made = engines.opened(settings.database_url)
    engines.watch(made, schema.is_behind)
    outfit.equip(made, outfit.made(settings))
    if files:
        storing.equip(made, storage(settings))
    shelf.equip(made, settings.instance / shelf.FOLDER)
    return made


def storage(settings: Settings) -> storing.Storage:
    """Return where attachments are kept. Raises ClickException where a bucket is set and its library is not there."""
    try:
        return storing.opened(settings.storage, settings.instance / "attachments")
    except storing.StorageMissing as error:
        raise click.ClickException("CHAINHUB_STORAGE 指的是存储桶，要先装上 chainhub[s3]。") from error


@contextmanager
def work(*, now: datetime | None = None) -> Iterator[Work]:
    """Open one unit of work of the operator, now or at a given moment; it is committed at its end."""
    with Session(engine(settings())) as session, session.begin():
        yield Work(session, OPERATOR, now or clock.now(), known.of(session).calendar)


def moment(text: str) -> datetime:
    """Return a moment as it was typed, in Shanghai where it has no offset. Raises ClickException."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"时间写得不对：{text}。请写成 2026-10-08T08:30。") from error
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def progress(done: int, total: int) -> None:
    """Show how far a long command is, on a terminal alone."""
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total}", nl=done == total, err=True)


def minute(written: str) -> str:
    """Return a stored moment to the minute, as a clerk reads it."""
    return datetime.fromisoformat(written).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
