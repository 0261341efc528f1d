"""All background work on one screen. Everything is a sweep: it asks what is true, so that nothing missed is lost."""

from dataclasses import dataclass

from chainhub.core.sweeps import Find, Handle
from chainhub.county.people import jobs as people
from chainhub.notices import jobs as notices
from chainhub.operations import jobs as operations
from chainhub.reminders import jobs as reminders
from chainhub.tickets import jobs as tickets
from chainhub.web import jobs as web


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable: a name, how often, and the pair that finds and handles."""

    name: str
    seconds: int
    find: Find
    handle: Handle
    meaning: str


TIMETABLE: tuple[Job, ...] = (
    Job("reminders", 15, reminders.find, tickets.remind, "Say every rung whose moment has come"),
    Job("acknowledge", 30, tickets.find_unacknowledged, tickets.acknowledge, "签收 by itself at the limit"),
    Job("expire_info", 60, tickets.find_unsupplied, tickets.expire_info, "补充逾期: handling goes on"),
    Job(
        "callback",
        60,
        tickets.find_unanswered,
        tickets.raise_callback,
        "A call-back after 5 workdays of silence",
    ),
    Job("lapse", 60, tickets.find_silent, tickets.lapse, "未评价 after the second failed call"),
    Job(
        "acknowledge_parts",
        30,
        tickets.find_unacknowledged_parts,
        tickets.acknowledge_parts,
        "协办签收 by itself at the limit",
    ),
    Job("reviews", 600, tickets.find_reviews, tickets.raise_review, "挂账: the decision at the review date"),
    Job(
        "rechecks", 3600, tickets.find_rechecks, tickets.ask_again, "Four weeks after 销号: did it come back?"
    ),
    Job(
        "supervisions",
        300,
        tickets.find_unsupervised,
        tickets.draft_supervisions,
        "督办: drafts that the rules call for",
    ),
    Job("forget_presence", 600, tickets.find_gone, tickets.forget_gone, "Forget who was looking at a ticket"),
    Job("recompute", 60, tickets.find_outdated, tickets.recompute, "Deadlines after an imported calendar"),
    Job(
        "calendar",
        3600,
        notices.find_uninformed,
        notices.remind_of_calendar,
        "Remind the administrator of next year's notice",
    ),
    Job(
        "forget_sessions",
        3600,
        people.find_forgettable,
        people.forget_sessions,
        "Forget ended sign-ins whose cookies are void anyway",
    ),
    Job(
        "forget_presses",
        3600,
        web.find_forgettable,
        web.forget_presses,
        "Forget which buttons were pressed two days ago",
    ),
    Job("seal", 600, operations.find_unsealed, operations.seal, "The daily seal over all history"),
)
