"""Every module that defines tables, imported once, so that the metadata are whole."""

from chainhub.assignments import models as assignments
from chainhub.audit import models as audit
from chainhub.county import state
from chainhub.county.directory import models as directory
from chainhub.county.people import leaves, reaches
from chainhub.county.people import models as people
from chainhub.county.responsibilities import models as responsibilities
from chainhub.county.rulebook import models as rulebook
from chainhub.county.workdays import models as workdays
from chainhub.documents.attachments import models as attachments
from chainhub.documents.papers import models as papers
from chainhub.guides import models as guides
from chainhub.notices import models as notices
from chainhub.notices import outgoing
from chainhub.operations import models as operations
from chainhub.operations.background import models as background
from chainhub.reminders import models as reminders
from chainhub.rotations import models as rotations
from chainhub.rotations.around import models as around_rotations
from chainhub.rotations.routines import models as routines
from chainhub.statistics import models as statistics
from chainhub.statistics.reports import models as statistic_reports
from chainhub.tickets import beside_models as beside_tickets
from chainhub.tickets import everyday
from chainhub.tickets import models as tickets
from chainhub.tickets.common import models as common
from chainhub.tickets.copies import models as copies
from chainhub.tickets.onsite import models as onsite
from chainhub.tickets.outsiders import models as outsiders
from chainhub.tickets.successes import models as successes
from chainhub.web import presses

MODULES = (
    audit,
    state,
    directory,
    people,
    responsibilities,
    leaves,
    reaches,
    rulebook,
    workdays,
    attachments,
    papers,
    notices,
    outgoing,
    operations,
    background,
    reminders,
    rotations,
    statistics,
    statistic_reports,
    around_rotations,
    routines,
    assignments,
    tickets,
    common,
    copies,
    onsite,
    outsiders,
    successes,
    beside_tickets,
    everyday,
    presses,
    guides,
)
