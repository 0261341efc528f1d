"""Tickets, their history, who they were sent to, and the keys that make a retry harmless."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.tickets.terms import (
    Channel,
    Kind,
    Outcome,
    PartState,
    RequestKind,
    RequestState,
    Route,
    Satisfaction,
    SupervisionReason,
    SupervisionState,
    Urgency,
)
from chainhub.tickets.workflow import Action, State

_IS_OPEN = text("is_open")
_REQUEST_IS_PENDING = text("state = 'pending'")
_IS_UNANSWERED = text("answered_at IS NULL")
_PART_IS_OPEN = text("state IN ('sent', 'handling', 'disputed')")
_IS_RETURN = text("action = 'return'")
_IS_UPHELD = text("action = 'uphold_return' AND source = 'disputed' AND target = 'accepted'")
_IS_OPEN_SQLITE = text("is_open = 1")  # as SQLAlchemy writes it there; SQLite takes no other word for it


class Ticket(Base):
    """One 诉求. What is true now; how it came about stands in its events."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_open_due", "due_at", "id", sqlite_where=_IS_OPEN_SQLITE, postgresql_where=_IS_OPEN),
        Index("ix_ticket_chain_state_due", "chain_code", "state", "due_at", "id"),
        Index("ix_ticket_chain_id", "chain_code", "id"),
        Index(
            "ix_ticket_chain_open_due",
            "chain_code",
            "due_at",
            "id",
            sqlite_where=_IS_OPEN_SQLITE,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_ticket_unit_state_due", "lead_unit_code", "state", "due_at", "id"),
        Index("ix_ticket_unit_id", "lead_unit_code", "id"),
        Index("ix_ticket_enterprise_id", "enterprise_code", "id"),
        Index("ix_ticket_responsible_id", "responsible_unit_code", "id"),
        Index("ix_ticket_state_due", "state", "due_at", "id"),
        Index("ix_ticket_state_id", "state", "id"),
        Index("ix_ticket_category_id", "category_code", "id"),
        Index(
            "ix_ticket_open_state",
            "state",
            "due_at",
            "confidential",
            "chain_code",
            sqlite_where=_IS_OPEN_SQLITE,
            postgresql_where=_IS_OPEN,
        ),
        Index(
            "ix_ticket_dissatisfied",
            "created_at",
            sqlite_where=text("dissatisfied > 0"),
            postgresql_where=text("dissatisfied > 0"),
        ),
        Index("ix_ticket_created_at", "created_at"),
        Index("ix_ticket_closed_at", "closed_at"),
        Index("ix_ticket_import_id", "import_id"),
        Index(
            "ix_ticket_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_review_on",
            "review_on",
            sqlite_where=text("review_on IS NOT NULL"),
            postgresql_where=text("review_on IS NOT NULL"),
        ),
        Index(
            "ix_ticket_recheck",
            "closed_at",
            sqlite_where=text("recheck_asked_at IS NULL AND state = 'closed'"),
            postgresql_where=text("recheck_asked_at IS NULL AND state = 'closed'"),
        ),
        Index("ix_ticket_filed_by_id", "filed_by_id"),
        Index(
            "ix_ticket_route_id",
            "route",
            "id",
            sqlite_where=text("route IS NOT NULL"),
            postgresql_where=text("route IS NOT NULL"),
        ),
        Index(
            "ix_ticket_superior_due_at",
            "superior_due_at",
            sqlite_where=text("superior_due_at IS NOT NULL"),
            postgresql_where=text("superior_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(Text, deferred=True)
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))  # None: left to the staff
    kind: Mapped[Kind | None] = mapped_column(EnumValue(Kind))  # None: left to the staff
    complained_unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    """Of a complaint: the unit it is about. It is never sent there, and nobody of that unit sees it."""
    urgency: Mapped[Urgency] = mapped_column(EnumValue(Urgency))
    channel: Mapped[Channel] = mapped_column(EnumValue(Channel))
    confidential: Mapped[bool] = mapped_column(default=False)
    contact_person: Mapped[str] = mapped_column(String(20), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    route: Mapped[Route | None] = mapped_column(
        EnumValue(Route)
    )  # None: to a unit, as everything before routes
    route_taken: Mapped[bool] = mapped_column(default=False)  # the first step of its route was made
    original_number: Mapped[str] = mapped_column(
        String(60), default=""
    )  # of the paper or superior it came from

    state: Mapped[State] = mapped_column(EnumValue(State))
    is_open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(
        default=1
    )  # raised by every move; the form carries the one it has seen
    round: Mapped[int] = mapped_column(default=1)
    co_units: Mapped[list[Any]] = mapped_column(default=list)  # codes of every unit that was ever sent a part
    lead_unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    responsible_unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    """Who answers for it (首接负责制): the unit first sent to, until another has acknowledged."""
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    hands: Mapped[dict[str, Any]] = mapped_column(default=dict)  # duty → ids of who did it (separated duties)
    returned_by: Mapped[list[Any]] = mapped_column(default=list)  # units whose return was rejected: final
    info_asked: Mapped[int] = mapped_column(default=0)  # times this unit asked the enterprise
    dissatisfied: Mapped[int] = mapped_column(default=0)  # answers, once a round
    reopened: Mapped[int] = mapped_column(default=0)  # times the enterprise had it done again
    calls_failed: Mapped[int] = mapped_column(default=0)  # since it entered 待评价
    last_call_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(EnumValue(Outcome))
    satisfaction: Mapped[Satisfaction | None] = mapped_column(EnumValue(Satisfaction))

    due_at: Mapped[datetime | None]
    yellow_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    promise_due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]  # of the present lead unit
    resolved_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # first time an answer lay before the enterprise (entered 待评价)
    first_closed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when it entered the end it stands in
    recheck_asked_at: Mapped[datetime | None]  # when the enterprise was asked whether the matter came back
    appealed: Mapped[bool] = mapped_column(default=False)  # a refusal is looked at again once
    info_lapsed: Mapped[bool] = mapped_column(default=False)  # the enterprise was asked and did not answer
    escalated: Mapped[bool] = mapped_column(default=False)  # 提级: dissatisfied twice, in the county's hands
    waits: Mapped[int] = mapped_column(default=0)  # times it was carried over (挂账)
    review_on: Mapped[date | None]  # while it is carried over: when that is decided anew
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # within the unit
    assigned_office: Mapped[str] = mapped_column(String(60), default="")
    asked: Mapped[int] = mapped_column(default=0)  # requests that were made about it
    pending: Mapped[int] = mapped_column(default=0)  # those of them that wait for a decision
    extension_pending: Mapped[bool] = mapped_column(default=False)  # 延期待批: its light is grey meanwhile
    excluded: Mapped[bool] = mapped_column(default=False)  # 不计入考核, by the chain chief's word
    instructed: Mapped[int] = mapped_column(default=0)  # 批示 that were given about it
    supervised: Mapped[int] = mapped_column(default=0)  # 督办 that were drafted about it
    superior_due_at: Mapped[datetime | None]  # 上级转办: by when the superior is to be answered
    whistled: Mapped[int] = mapped_column(default=0)  # 吹哨 that were blown about it
    annexed: Mapped[int] = mapped_column(default=0)  # rows of the rooms beside it: 0 costs its page no query
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    merged_from: Mapped[State | None] = mapped_column(EnumValue(State))  # the state an unmerge leads back to
    origin_kind: Mapped[str] = mapped_column(String(20), default="")
    origin_ref: Mapped[str] = mapped_column(String(60), default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_import.id"))

    # Every move raises `version` itself, also one that changes nothing else; two at once still collide.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def next_on_route(self) -> Route | None:
        """The route whose first step is still to be made, or None."""
        return None if self.route_taken else self.route

    @property
    def about(self) -> str:
        """What notices call it: by its number alone where somebody is complained of."""
        if self.complained_unit_code is not None:
            return self.number
        return f"{self.number}《{self.title}》"

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/tickets/{self.number}"


class Part(Base):
    """What one co-unit was asked to do (协办): its delivery, its receipt, what it handed in. One row a delivery."""

    __tablename__ = "part"
    __table_args__ = (
        Index("ix_part_ticket_id", "ticket_id"),
        Index("ix_part_unit_ticket", "unit_code", "ticket_id"),
        Index(
            "uq_part_open",
            "ticket_id",
            "unit_code",
            unique=True,
            sqlite_where=_PART_IS_OPEN,
            postgresql_where=_PART_IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    round: Mapped[int]
    task: Mapped[str] = mapped_column(Text, default="")  # what exactly; empty: the matter as a whole
    due_on: Mapped[date | None]  # a day that was said; None: by the county's rule
    state: Mapped[PartState] = mapped_column(EnumValue(PartState))
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    acknowledged_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    is_final: Mapped[bool] = mapped_column(
        default=False
    )  # a return of it was rejected: it cannot be returned again


class Request(Base):
    """What one asks and another decides: 延期, 挂账, 会商, 加急, 不计入考核. Approving it performs its row."""

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_ticket_id", "ticket_id"),
        Index(
            "uq_request_pending",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=_REQUEST_IS_PENDING,
            postgresql_where=_REQUEST_IS_PENDING,
        ),
        Index(
            "ix_request_pending_id",
            "id",
            sqlite_where=_REQUEST_IS_PENDING,
            postgresql_where=_REQUEST_IS_PENDING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[RequestKind] = mapped_column(EnumValue(RequestKind))
    round: Mapped[int]
    state: Mapped[RequestState] = mapped_column(EnumValue(RequestState))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(100))  # body and name, as they were
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    given: Mapped[dict[str, Any]]  # what the row of the table is to be given when it is approved
    due_at: Mapped[datetime]  # to be decided by then
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    before_at: Mapped[datetime | None]  # of an extension: the due date that was
    after_at: Mapped[datetime | None]  # and the one that it was granted


class Instruction(Base):
    """A leader's word about a ticket (批示): verbatim, to one unit, until a day. The answer goes back to the leader."""

    __tablename__ = "instruction"
    __table_args__ = (
        Index("ix_instruction_ticket_id", "ticket_id"),
        Index("ix_instruction_unit_ticket", "unit_code", "ticket_id"),
        Index(
            "ix_instruction_unanswered",
            "due_at",
            sqlite_where=_IS_UNANSWERED,
            postgresql_where=_IS_UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    given_by: Mapped[str] = mapped_column(String(120))  # who wrote it here, as they were
    on_behalf_of: Mapped[str] = mapped_column(String(60), default="")  # 代录: whose word it is
    given_at: Mapped[datetime]
    due_at: Mapped[datetime]  # to be answered by then
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")


class Supervision(Base):
    """A 督办: drafted by rule or by hand, signed by a named person, answered by the unit.

    Signed by a chain's committee in its own name it is a letter (提醒函).
    """

    __tablename__ = "supervision"
    __table_args__ = (
        Index("ix_supervision_ticket_id", "ticket_id"),
        Index("ix_supervision_unit_ticket", "unit_code", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    key: Mapped[str | None] = mapped_column(
        String(80), unique=True
    )  # of a rule: it drafts once; None: by hand
    reason: Mapped[SupervisionReason] = mapped_column(EnumValue(SupervisionReason))
    instruction_id: Mapped[int | None] = mapped_column(
        ForeignKey("instruction.id")
    )  # the one that is overdue
    round: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    level: Mapped[int] = mapped_column(default=1)  # 1 to 3
    state: Mapped[SupervisionState] = mapped_column(EnumValue(SupervisionState))
    letter: Mapped[bool] = mapped_column(default=False)  # 提醒函: it does not outrank a bureau
    note: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    drafted_by: Mapped[str] = mapped_column(String(120))
    drafted_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[str] = mapped_column(String(120), default="")  # who signed it, or did not
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]  # once it is signed: to be answered by then
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")


class TicketEvent(Base):
    """One line of a ticket's history. Append-only, tied by hash to the ticket's line before."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("ix_ticket_event_recorded_at", "recorded_at"),
        Index("ix_ticket_event_return_at", "at", sqlite_where=_IS_RETURN, postgresql_where=_IS_RETURN),
        Index(
            "ix_ticket_event_upheld",
            "ticket_id",
            "round",
            sqlite_where=_IS_UPHELD,
            postgresql_where=_IS_UPHELD,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int]  # the ticket's version after it
    action: Mapped[Action] = mapped_column(EnumValue(Action))
    source: Mapped[State | None] = mapped_column(EnumValue(State))
    target: Mapped[State] = mapped_column(EnumValue(State))
    round: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(String(60))  # the body it was done for: unit, committee, enterprise
    data: Mapped[dict[str, Any]]  # what was given
    at: Mapped[datetime]  # when it happened
    recorded_at: Mapped[datetime]  # when it was written down
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class NumberSeries(Base):
    """The last serial given out for a chain and year. Never goes back, so numbers are never reused."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(String(4), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Submission(Base):
    """A key under which one person filed one ticket: a double click or a retry finds it again."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("user_id", "key"), Index("ix_submission_ticket_id", "ticket_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    key: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))  # of what was sent
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    created_at: Mapped[datetime]


class TicketImport(Base):
    """One imported ledger file, so that it can be undone as one."""

    __tablename__ = "ticket_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(60))
    done: Mapped[int]
    skipped: Mapped[int]
    failed: Mapped[int]
    undone_at: Mapped[datetime | None]
