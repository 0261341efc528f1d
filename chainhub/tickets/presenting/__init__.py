"""From facts to what a page shows, by part of the page. Pure but for the values it is given."""

from chainhub.tickets.presenting.answers import answered_round, answers
from chainhub.tickets.presenting.asking import doubt
from chainhub.tickets.presenting.leading import instruction, supervision, supervision_tags
from chainhub.tickets.presenting.lights import (
    GREY_WORDS,
    clock_light,
    colour,
    light,
    near,
    pressing_light,
    row,
    wait_colour,
)
from chainhub.tickets.presenting.progress import current_line, dots, step_number, steps, waiting_for
from chainhub.tickets.presenting.referring import referral
from chainhub.tickets.presenting.telling import FIRM_WAITS, story
from chainhub.tickets.presenting.times import holders, time_view, why
from chainhub.tickets.presenting.verbs import actions
from chainhub.tickets.presenting.whistling import whistle

__all__ = [
    "FIRM_WAITS",
    "GREY_WORDS",
    "actions",
    "answered_round",
    "answers",
    "clock_light",
    "colour",
    "current_line",
    "dots",
    "doubt",
    "holders",
    "instruction",
    "light",
    "near",
    "pressing_light",
    "referral",
    "row",
    "step_number",
    "steps",
    "story",
    "supervision",
    "supervision_tags",
    "time_view",
    "wait_colour",
    "waiting_for",
    "whistle",
    "why",
]
