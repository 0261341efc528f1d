"""What the pages of a ticket show, as plain values: templates draw these and decide nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.tickets.annexes import NONE, Annexes


@dataclass(frozen=True, slots=True)
class LightView:
    """A light with its words: `colour` is green, yellow, red, grey or blue."""

    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the eight steps of the bar. `status` is done, current or todo."""

    label: str
    status: str
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class HolderView:
    """Who is at it: 主办 or 协办, the unit, its light, one line of who and until when."""

    part: str
    unit: str
    light: LightView | None
    line: str


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened. `folded` lines are the system's, behind “再看 n 条”; `internal` is not for the firm."""

    label: str
    when: str
    who: str
    text: str = ""
    quoted: bool = False
    folded: bool = False
    internal: bool = False


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the little calendar: `marks` of out, off, counted, makeup, paused, start, due, promise, today."""

    day: int
    word: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyView:
    """为什么是 10月29日: the sentence, and the weeks from Monday."""

    title: str
    text: str
    weeks: tuple[tuple[DayCell, ...], ...]


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One deadline in the card 时限: its name, when, what is left, and a sentence beneath."""

    label: str
    when: str
    left: str
    provisional: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimeView:
    """The card 时限: the clock that counts, large; others beneath; and why."""

    light: LightView
    deadlines: tuple[DeadlineView, ...]
    why: WhyView | None


@dataclass(frozen=True, slots=True)
class ActionView:
    """One plain verb this person may do now. `condition` is the sentence under a verb that is not free yet."""

    action: str
    label: str
    url: str
    primary: bool = False
    condition: str = ""
    last: bool = False  # takes something back: never in the first row of the phone's bar
    beside: bool = False  # helps where it is needed and awaited of nobody: 走访核查, 抄送


@dataclass(frozen=True, slots=True)
class GuessView:
    """A category that a matter may be: a suggestion, `picked` once somebody has tapped it."""

    code: str
    label: str
    picked: bool = False


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whom to call: masked, with where the whole number is asked for; `whole` once it was asked for."""

    line: str
    ask_url: str = ""  # empty: not this reader's to ask
    reasons: tuple[str, ...] = ()
    whole: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RequestView:
    """What was asked for: the kind, where it stands, who asked why, what was answered; two addresses to decide it."""

    id: int
    label: str
    state: str
    line: str
    answer: str
    approve_url: str = ""
    reject_url: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One file: its name, where it is, one line of how large, by whom, when. `internal` is not for the firm."""

    name: str
    url: str
    line: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class InstructionView:
    """A leader's word on top of the page: verbatim, whose, to whom until when, what was done."""

    text: str
    line: str
    answer: str
    light: LightView
    answer_url: str = ""  # empty: not this reader's to answer


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """A 督办 or 提醒函: which, where it stands, why, who; addresses to sign, not to sign and answer it."""

    id: int
    paper: str
    state: str
    line: str
    decided: str
    answer: str
    level: int
    sign_url: str = ""
    drop_url: str = ""
    answer_url: str = ""


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper: one that was issued has a number and where it is; one that is not yet, an address to issue it."""

    kind: str
    subject: str
    label: str
    about: str
    number: str = ""
    line: str = ""
    url: str = ""
    issue_url: str = ""


@dataclass(frozen=True, slots=True)
class ReferralView:
    """What a superior sent down: from whom under which number, its light and limit, what was replied."""

    title: str
    light: LightView
    line: str
    reply: str
    reply_url: str = ""
    correct_url: str = ""


@dataclass(frozen=True, slots=True)
class CalledView:
    """One unit that a whistle calls: its light, and who comes when, or until when it is to say so."""

    unit: str
    light: LightView
    line: str


@dataclass(frozen=True, slots=True)
class WhistleView:
    """A 吹哨: where it stands, why, who; the units; addresses to confirm it, not to, and to end it."""

    state: str
    reason: str
    line: str
    decision: str
    called: tuple[CalledView, ...]
    confirm_url: str = ""
    refuse_url: str = ""
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer or one call that reached nobody: of which round, what, who and when, in which words."""

    round: str
    label: str
    line: str
    text: str


@dataclass(frozen=True, slots=True)
class TicketPage:
    """The whole page of one ticket, for one reader."""

    number: str
    title: str
    enterprise: str
    tags: tuple[str, ...]
    state: str
    version: int
    steps: tuple[StepView, ...]
    current_line: str
    holders: tuple[HolderView, ...]
    story: tuple[StoryLine, ...]
    story_count: int
    folded_line: str
    time: TimeView | None
    actions: tuple[ActionView, ...]
    waiting_line: str  # when there is nothing to do: whom it waits for
    contact: ContactView
    for_enterprise: bool
    requests: tuple[RequestView, ...] = ()
    instructions: tuple[InstructionView, ...] = ()
    supervisions: tuple[SupervisionView, ...] = ()
    referral: ReferralView | None = None
    whistles: tuple[WhistleView, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    attach_url: str = ""  # empty: not this reader's to add to
    attach_internal: bool = False  # whether the reader may keep a file from the firm
    attach_hint: str = ""
    attach_error: str = ""
    origin_url: str = ""  # of the session where it was raised
    papers: tuple[PaperView, ...] = ()
    checklist: tuple["CheckView", ...] = ()
    check_url: str = ""  # empty: not this reader's to tick
    note_url: str = ""  # empty: not this reader's to write internal notes
    annexes: Annexes = NONE


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of a list or desk."""

    number: str
    title: str
    enterprise: str
    url: str
    light: LightView
    unit: str
    due: str
    state: str
    verb: str = ""  # what this person should do: 接单, 销号 …
    verb_url: str = ""
    selectable: bool = False
    version: int = 0
    category: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """Rows under one verb on a desk. An empty group stays and teaches."""

    verb: str
    label: str
    count: str
    hint: str
    rows: tuple[RowView, ...]
    empty: str
    empty_hint: str
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class UrgentView:
    """The one deadline that can still be kept and ends first, with its verb."""

    light: LightView
    when: str
    headline: str
    line: str
    look_url: str
    verb: str
    verb_url: str


@dataclass(frozen=True, slots=True)
class DeskPage:
    """今天我要处理什么."""

    moment: str
    urgent: UrgentView | None
    groups: tuple[GroupView, ...]
    bulk: bool


@dataclass(frozen=True, slots=True)
class OwnerCard:
    """One ticket on the owner's home. `question` cards can be answered in place."""

    number: str
    title: str
    url: str
    line: str
    steps: tuple[StepView, ...] = ()
    light: LightView | None = None
    due: str = ""
    version: int = 0
    question: str = ""  # clear, satisfied, supply: what is asked of the owner
    yes_label: str = ""
    no_label: str = ""


@dataclass(frozen=True, slots=True)
class OwnerPage:
    """我的事办到哪了."""

    enterprise: str
    person: str
    waiting: tuple[OwnerCard, ...]
    under_way: tuple[OwnerCard, ...]
    done: tuple[OwnerCard, ...]
    done_count: str
    done_url: str


@dataclass(frozen=True, slots=True)
class FilterView:
    """One filter of the list: a link each, kept in the address."""

    label: str
    chosen: str  # its words when chosen, else empty
    clear_url: str
    options: tuple[tuple[str, str], ...]  # (label, url)


@dataclass(frozen=True, slots=True)
class ListPage:
    """诉求: the list, or what a search found."""

    title: str
    count: str
    query: str
    filters: tuple[FilterView, ...]
    rows: tuple[RowView, ...]
    clear_url: str
    next_url: str
    first_url: str
    empty: str
    empty_hint: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure that is a door to exactly what it counts."""

    label: str
    light: str  # colour or empty
    number: str
    unit: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class StuckRow:
    """等您一句话: what needs a word from the leader."""

    light: LightView
    title: str
    line: str
    stuck: str
    url: str
    verb: str


@dataclass(frozen=True, slots=True)
class StageBar:
    """One step and its open tickets; `boxes` are the light colours of the first of them, one box a ticket."""

    label: str
    boxes: tuple[str, ...]
    count: int
    late: int
    still: int
    url: str  # of the list of all; narrowed by the light to those late and still


@dataclass(frozen=True, slots=True)
class LeaderPage:
    """哪里卡住了."""

    scope: str
    moment: str
    figures: tuple[FigureView, ...]
    stuck: tuple[StuckRow, ...]
    stages: tuple[StageBar, ...]
    stages_line: str
    formula: str
    ages: tuple[tuple[str, str, str, str], ...]  # light, words, number, where it leads
    doors: tuple["DoorView", ...]  # to the leader's own lists


@dataclass(frozen=True, slots=True)
class CheckView:
    """One item of a checklist; `line` says who has done it and when."""

    code: str
    label: str
    must: bool
    done: bool
    line: str


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One standard reply as it is kept: for which verb and category, its words, who wrote this version."""

    action: str
    category: str
    label: str
    text: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class PickView:
    """One of several tickets that are dispatched together: the unit chosen for it, a warning, what is wrong."""

    number: str
    title: str
    category: str
    unit: str
    units: Sequence[tuple[str, str]]  # to choose from: (code, name)
    why: str = ""  # what the responsibility list says of it
    warning: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class TabView:
    """One half of a list: its words, its address, and whether it is the one that is shown."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class MineRow:
    """One line of an own list: the ticket, the light of the thing, what it says, until when, and the verb."""

    number: str
    title: str
    enterprise: str
    url: str
    light: LightView
    words: str
    due: str
    verb: str
    verb_url: str


@dataclass(frozen=True, slots=True)
class MineListPage:
    """One own list; `due` heads the column of dates."""

    title: str
    line: str
    due: str
    tabs: tuple[TabView, ...]
    rows: tuple[MineRow, ...]
    next_url: str
    first_url: str
    empty: str
    empty_hint: str


@dataclass(frozen=True, slots=True)
class DoorView:
    """A link on a home page to a list, with how much stands there. A `resting` one waits for nobody."""

    label: str
    count: str
    url: str
    pressing: bool = False
    resting: bool = False
