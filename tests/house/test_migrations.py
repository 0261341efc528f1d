"""The migrations are a numbered history: from empty to the models, and all the way back, on both databases."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from chainhub.core.db import Base
from chainhub.operations import schema, tables

VERSIONS = sorted((schema.MIGRATIONS / "versions").glob("*.py"))


def test_every_migration_is_numbered_and_named_by_what_it_does():
    for place, file in enumerate(VERSIONS, start=1):
        assert re.fullmatch(rf"{place:04}_[a-z]+(_[a-z0-9]+)+\.py", file.name), file.name


def test_the_history_is_one_line_and_the_code_knows_its_end(empty):
    script = ScriptDirectory.from_config(schema.alembic_config(empty))
    line = list(script.walk_revisions())

    assert [one.revision for one in reversed(line)] == [file.name[:4] for file in VERSIONS]
    assert script.get_heads() == [schema.HEAD]


def test_upgrading_from_empty_gives_what_the_models_say(empty):
    schema.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _counts, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert tables.MODULES


@pytest.mark.slow  # seconds, and nothing that daily work touches
def test_downgrading_leaves_nothing_and_the_way_up_is_open_again(empty):
    schema.upgrade(empty)
    schema.downgrade(empty, "base")

    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    schema.upgrade(empty)


@pytest.mark.slow  # seconds, and nothing that daily work touches
def test_every_step_back_and_forth_works(empty):
    for file in VERSIONS:
        schema.upgrade(empty, file.name[:4])
        schema.downgrade(empty, "-1")
        schema.upgrade(empty, file.name[:4])


def _counts(_object, name, kind, _reflected, _compared) -> bool:
    return not (kind == "table" and str(name).startswith("search_"))
