"""Guides and what is known of them, wishes, conflicts, what is ruled of pairs, assignments, proposals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.assignments.rules import Profile
from chainhub.assignments.terms import EndReason, ProposalState, Side, StartReason, Tie
from chainhub.core.db import Base, EnumValue


class Guide(Base):
    """A person of whom enterprises may be put in the care. Name, unit and telephone stand in the account."""

    __tablename__ = "guide"
    __table_args__ = (CheckConstraint("capacity BETWEEN 0 AND 5", "capacity"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    industries: Mapped[list[Any]] = mapped_column(default=list)  # codes of chains
    skills: Mapped[list[Any]] = mapped_column(default=list)
    town: Mapped[str] = mapped_column(String(40), default="")
    capacity: Mapped[int] = mapped_column(default=5)  # enterprises
    party_post: Mapped[str] = mapped_column(String(60), default="")
    since_on: Mapped[date]
    left_on: Mapped[date | None] = mapped_column(index=True)  # from this day on nobody is put in their care
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class GuideReduction(Base):
    """Less capacity for some time: leave, study, a second task. Until the day before the return."""

    __tablename__ = "guide_reduction"
    __table_args__ = (Index("ix_guide_reduction_user_id", "user_id", "back_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("guide.user_id"))
    less: Mapped[int]  # enterprises
    why: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    back_on: Mapped[date]  # the first day with the whole capacity again
    cancelled_at: Mapped[datetime | None]


class Need(Base):
    """What an enterprise asks of its guide, and how much work it is where a person has set that."""

    __tablename__ = "guide_need"

    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"), primary_key=True)
    weight: Mapped[int | None]
    skills: Mapped[list[Any]] = mapped_column(default=list)


class Wish(Base):
    """双向选择: a wish of an enterprise for a guide, or the other way round, by rank from 1."""

    __tablename__ = "guide_wish"
    __table_args__ = (
        UniqueConstraint("side", "enterprise_code", "user_id"),
        Index("ix_guide_wish_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[Side] = mapped_column(EnumValue(Side))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    user_id: Mapped[int] = mapped_column(ForeignKey("guide.user_id"))
    rank: Mapped[int]


class Conflict(Base):
    """A unit licenses or fines an enterprise: nobody of it looks after that one, unless this is waived with a reason."""

    __tablename__ = "guide_conflict"
    __table_args__ = (UniqueConstraint("unit_code", "enterprise_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"), index=True)
    why: Mapped[str] = mapped_column(String(60))
    waived_why: Mapped[str] = mapped_column(String(200), default="")
    waived_by: Mapped[str] = mapped_column(String(120), default="")
    waived_at: Mapped[datetime | None]


class PairRule(Base):
    """A pair that is locked, or ruled out, until somebody lifts it."""

    __tablename__ = "guide_pair_rule"
    __table_args__ = (
        Index(
            "uq_guide_pair_rule_standing",
            "enterprise_code",
            "user_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tie: Mapped[Tie] = mapped_column(EnumValue(Tie))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    user_id: Mapped[int] = mapped_column(ForeignKey("guide.user_id"))
    why: Mapped[str] = mapped_column(String(60), default="")
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class Assignment(Base):
    """Who looks after whom, from a day on, until it is ended with a reason. What is ended is never changed."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_lead",
            "kind",
            "enterprise_code",
            "person",
            "slot",
            unique=True,
            sqlite_where=text("ended_on IS NULL AND lead"),
            postgresql_where=text("ended_on IS NULL AND lead"),
        ),
        Index("ix_assignment_user_id", "user_id", "ended_on"),
        Index("ix_assignment_enterprise_code", "enterprise_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    person: Mapped[str] = mapped_column(
        String(40), default=""
    )  # of the enterprise, where the kind is of persons
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    helper: Mapped[str] = mapped_column(String(120), default="")  # a unit or a person without an account
    slot: Mapped[str] = mapped_column(String(20), default="")
    lead: Mapped[bool] = mapped_column(default=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("user_grant.id"), index=True)
    started_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(index=True)  # 选派期: the day after its last
    start_reason: Mapped[StartReason] = mapped_column(EnumValue(StartReason))
    started_by: Mapped[str] = mapped_column(String(120))
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(EnumValue(EndReason))
    end_note: Mapped[str] = mapped_column(String(200), default="")
    ended_by: Mapped[str] = mapped_column(String(120), default="")
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("guide_proposal.id"))
    warned: Mapped[int] = mapped_column(default=0)  # of the end of its term: 1 before, 2 when it was over


class Proposal(Base):
    """One plan that the program has proposed for a set of enterprises; a person confirms it, whole or in part."""

    __tablename__ = "guide_proposal"
    __table_args__ = (Index("ix_guide_proposal_twin_id", "twin_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twin_id: Mapped[int | None] = mapped_column(
        ForeignKey("guide_proposal.id")
    )  # the other scenario of the same run
    profile: Mapped[Profile] = mapped_column(EnumValue(Profile))
    chains: Mapped[list[Any]]  # whose enterprises
    stage: Mapped[ProposalState] = mapped_column(EnumValue(ProposalState))
    made_by: Mapped[str] = mapped_column(String(120))
    made_by_id: Mapped[int | None]
    made_at: Mapped[datetime]
    confirmed_by: Mapped[str] = mapped_column(String(120), default="")
    confirmed_at: Mapped[datetime | None]
    unmet: Mapped[list[Any]] = mapped_column(default=list)  # [what, why, enterprise]
    loads: Mapped[list[Any]] = mapped_column(default=list)  # [guide, before, after, kept]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/guides/proposals/{self.id}"


class ProposalPair(Base):
    """One pair of a proposal, with its reasons as they were when it was made."""

    __tablename__ = "guide_proposal_pair"
    __table_args__ = (Index("ix_guide_proposal_pair_proposal_id", "proposal_id", "changed"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("guide_proposal.id"), primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("guide.user_id"))
    before_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed: Mapped[bool]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    sentence: Mapped[str] = mapped_column(String(200), default="")
    parts: Mapped[list[Any]] = mapped_column(default=list)  # [word, points]
    points: Mapped[int] = mapped_column(default=0)
    other: Mapped[str] = mapped_column(String(120), default="")  # the next best, in words
    confirmed_at: Mapped[datetime | None]
