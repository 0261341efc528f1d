"""The timetable drops nothing in silence and shifts nothing: named days, Chinese words, every setting of the scheduler."""

import ast
from pathlib import Path

import pytest

from chainhub.operations.background.rules import At, Every
from chainhub.timetable import TIMETABLE

CHAINHUB = Path(__file__).resolve().parents[2] / "chainhub"
SCHEDULER = CHAINHUB / "scheduler.py"
DEMANDED = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""Many late runs are one run, a job never overtakes itself, and a late run is late, never dropped."""
CRONTABS = {"CronTrigger", "from_crontab"}


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda one: one.name)
def test_every_line_has_words_and_a_rule_without_numbers_for_days(job):
    assert any("\u4e00" <= char <= "\u9fff" for char in job.label), "its keepers read Chinese"
    assert isinstance(job.when, Every | At)
    assert len(job.name) <= 40  # as its rows hold it
    if isinstance(job.when, At):
        assert not any(char.isdigit() for char in job.when.days)


def test_the_scheduler_is_made_with_every_setting_and_no_job_has_its_own():
    tree = ast.parse(SCHEDULER.read_text(encoding="utf-8"))
    given = [
        ast.literal_eval(word.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "BackgroundScheduler"
        for word in node.keywords
        if word.arg == "job_defaults"
    ]
    added = [
        word.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_job")
        for word in node.keywords
    ]

    assert given == [DEMANDED]
    assert not DEMANDED.keys() & set(added)


def test_only_the_scheduler_knows_crontabs_and_it_asks_by_name():
    """`0 9 * * 1` rings on Tuesday there: Monday is 0 to APScheduler."""
    knows = {
        file.relative_to(CHAINHUB).as_posix()
        for file in CHAINHUB.rglob("*.py")
        if any(name in (text := file.read_text(encoding="utf-8")) for name in CRONTABS)
        and CRONTABS & {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(ast.parse(text))}
    }
    made = [
        {word.arg: ast.unparse(word.value) for word in node.keywords}
        for node in ast.walk(ast.parse(SCHEDULER.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "CronTrigger"
    ]

    assert knows == {"scheduler.py"}
    assert made == [
        {"day_of_week": "when.days", "hour": "when.hour", "minute": "when.minute", "timezone": "SHANGHAI"}
    ]
