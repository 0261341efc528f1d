"""All background work on one screen. Everything is a sweep: it asks what is true, so that nothing missed is lost."""

from dataclasses import dataclass

from chainhub.assignments import jobs as assignments
from chainhub.core.sweeps import Find, Handle
from chainhub.county.people import jobs as people
from chainhub.guides import jobs as guides
from chainhub.notices import jobs as notices
from chainhub.operations import jobs as operations
from chainhub.operations.background import jobs as background
from chainhub.operations.background.rules import At, Every, Line, When
from chainhub.operations.errands import jobs as errands
from chainhub.reminders import jobs as reminders
from chainhub.rotations import jobs as rotations
from chainhub.statistics import jobs as statistics
from chainhub.statistics.reports import jobs as reports
from chainhub.tickets import jobs as tickets
from chainhub.tickets.hints import jobs as hints
from chainhub.tickets.inspections import jobs as inspections
from chainhub.tickets.topics import jobs as topics
from chainhub.web import jobs as web


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable: a name, how often, the pair that finds and handles, and what people call it."""

    name: str
    often: int | At  # seconds between two runs, or a time on named days
    find: Find
    handle: Handle
    meaning: str
    label: str = ""

    @property
    def when(self) -> When:
        """When it is to run."""
        return self.often if isinstance(self.often, At) else Every(self.often)

    @property
    def line(self) -> Line:
        """It, as people read it."""
        return Line(self.name, self.label, self.when)


TIMETABLE: tuple[Job, ...] = (
    Job("reminders", 15, reminders.find, tickets.remind, "Say every rung whose moment has come", "催办提醒"),
    Job(
        "digests",
        60,
        tickets.find_undigested,
        tickets.say_digest,
        "The morning's word to those reached outside",
        "早上的今日待办（对外）",
    ),
    Job("deliver", 5, notices.find_outgoing, tickets.deliver, "Send what waits in the outbox", "对外发送"),
    Job(
        "acknowledge",
        30,
        tickets.find_unacknowledged,
        tickets.acknowledge,
        "签收 by itself at the limit",
        "逾期自动签收",
    ),
    Job(
        "expire_info",
        60,
        tickets.find_unsupplied,
        tickets.expire_info,
        "补充逾期: handling goes on",
        "企业补充逾期，接着办",
    ),
    Job(
        "callback",
        60,
        tickets.find_unanswered,
        tickets.raise_callback,
        "A call-back after 5 workdays of silence",
        "没评价的派回访",
    ),
    Job(
        "lapse",
        60,
        tickets.find_silent,
        tickets.lapse,
        "未评价 after the second failed call",
        "两次没接通，按未评价",
    ),
    Job(
        "acknowledge_parts",
        30,
        tickets.find_unacknowledged_parts,
        tickets.acknowledge_parts,
        "协办签收 by itself at the limit",
        "协办逾期自动签收",
    ),
    Job(
        "reviews",
        600,
        tickets.find_reviews,
        tickets.raise_review,
        "挂账: the decision at the review date",
        "挂账到复核日，提请决定",
    ),
    Job(
        "rechecks",
        3600,
        tickets.find_rechecks,
        tickets.ask_again,
        "Four weeks after 销号: did it come back?",
        "销号四周后问有没有反复",
    ),
    Job(
        "outside_answers",
        600,
        tickets.find_unanswered_outside,
        tickets.say_unanswered_outside,
        "问外单位: remind who asked once its day has passed without an answer",
        "问外单位到期没答的提醒",
    ),
    Job(
        "supervisions",
        300,
        tickets.find_unsupervised,
        tickets.draft_supervisions,
        "督办: drafts that the rules call for",
        "按规则拟督办",
    ),
    Job(
        "rotations",
        60,
        rotations.find_unlaid,
        rotations.lay_anew,
        "红色沙龙: sessions laid down for 24 months, anew each day and by an imported calendar",
        "往后排红色沙龙",
    ),
    Job(
        "guides",
        600,
        assignments.find_unsettled,
        assignments.settle,
        "Assignments follow the grants of guides",
        "选派跟上授权",
    ),
    Job(
        "guide_terms",
        3600,
        assignments.find_ending,
        assignments.tell_ending,
        "选派期: its end is said 60 days before, and when it is over",
        "选派期快满的提醒",
    ),
    Job(
        "statistics",
        120,
        statistics.find_unfolded,
        statistics.fold,
        "What has happened, folded into the figures",
        "汇总统计",
    ),
    Job(
        "appeals",
        300,
        statistics.find_speaking,
        statistics.remind,
        "考核申诉: remind of the decision on its last day and once it has passed",
        "考核申诉到期的提醒",
    ),
    Job(
        "monthly_drafts",
        600,
        reports.find_unmade,
        reports.make,
        "运行情况月报: the draft of the month before, where the county wishes it",
        "起草上月月报",
    ),
    Job(
        "weekly_briefs",
        600,
        reports.find_untold,
        reports.tell,
        "周报: a link to the week before, where the county wishes it",
        "提醒看上周周报",
    ),
    Job(
        "topics",
        600,
        topics.find_ungrouped,
        topics.group,
        "Recent tickets, grouped by what they are about",
        "归拢本月同类问题",
    ),
    Job(
        "hints",
        At("sun", "03:40"),
        hints.find_untrained,
        hints.learn,
        "Learn from past tickets which category and unit a matter most likely is",
        "学习分类建议",
    ),
    Job(
        "salon_answers",
        600,
        rotations.find_silent,
        rotations.remind_silent,
        "红色沙龙: remind whoever has not answered an invitation",
        "催沙龙邀请的答复",
    ),
    Job(
        "routines",
        60,
        rotations.find_unlaid_routines,
        rotations.lay_routines_anew,
        "Recurring work laid down for 24 months, anew each day and by an imported calendar",
        "往后排例行工作",
    ),
    Job(
        "visits",
        600,
        guides.find_unlaid,
        guides.lay,
        "A visit of each firm and month, with its clock; anew when calendar or guides change",
        "排本月走访",
    ),
    Job(
        "visits_missed",
        600,
        guides.find_passed,
        guides.settle,
        "A month that has passed without a visit",
        "过了月底没走访的",
    ),
    Job(
        "forget_presence",
        600,
        tickets.find_gone,
        tickets.forget_gone,
        "Forget who was looking at a ticket",
        "清掉“谁在看”",
    ),
    Job(
        "recompute",
        60,
        tickets.find_outdated,
        tickets.recompute,
        "Deadlines after an imported calendar",
        "日历变了，重算时限",
    ),
    Job(
        "calendar",
        3600,
        notices.find_uninformed,
        notices.remind_of_calendar,
        "Remind the administrator of next year's notice",
        "提醒导入放假通知",
    ),
    Job(
        "forget_sessions",
        3600,
        people.find_forgettable,
        people.forget_sessions,
        "Forget ended sign-ins whose cookies are void anyway",
        "清掉作废的登录",
    ),
    Job(
        "seal", 600, operations.find_unsealed, operations.seal, "The daily seal over all history", "每日封条"
    ),
    Job(
        "errands",
        5,
        errands.find_waiting,
        errands.carry_out,
        "台账 out and in, 迎检资料包: what somebody has asked for",
        "导出、导入台账和迎检资料包",
    ),
    Job(
        "forget_files",
        600,
        errands.find_outlived,
        errands.forget_files,
        "Take away files of errands that were fetched or have waited three days",
        "清掉导出的旧文件",
    ),
    Job(
        "inspections",
        60,
        inspections.find_over,
        inspections.end_over,
        "迎检账号: ended when their time is over",
        "迎检账号到期停用",
    ),
    Job(
        "forget_runs",
        At("mon-sun", "03:20"),
        background.find_old_runs,
        background.forget_runs,
        "Forget runs of jobs that nobody asks about any more",
        "清掉旧的运行记录",
    ),
    Job(
        "forget_outgoing",
        3600,
        notices.find_past_outgoing,
        notices.forget_outgoing,
        "Forget what was sent half a year ago",
        "清掉旧的对外发送记录",
    ),
    Job(
        "forget_presses",
        3600,
        web.find_forgettable,
        web.forget_presses,
        "Forget which buttons were pressed two days ago",
        "清掉两天前的按钮记录",
    ),
)
LINES = tuple(job.line for job in TIMETABLE)
