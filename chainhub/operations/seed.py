"""Writing the model county into an empty database. The data are handed in; nothing here is law but what they say."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.county.directory.models import Category, Chain, Enterprise, Unit
from chainhub.county.people.models import GrantRow, User
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import Share
from chainhub.county.rulebook.models import OfficeHours, RuleText, TimeLimit
from chainhub.county.rulebook.queries import MEDIA, TEXTS
from chainhub.county.state import CountyState
from chainhub.tickets.everyday import StandardReply
from chainhub.tickets.workflow import Action

_EVER = datetime(2019, 1, 1, tzinfo=UTC)
Data = Mapping[str, Any]
Read = Callable[[str], Data]  # a file of the county by its name


def seed_model(session: Session, read: Read, password_hash: str, *, now: datetime) -> None:
    """Write the whole model county with its people, as a demonstration; all have one password."""
    seed_county(session, read("county"), read("enterprises"), read("rulebook"), demo=True)
    seed_responsibilities(session, read("responsibilities"))
    seed_people(session, read("people"), password_hash, now=now)


def seed_county(session: Session, county: Data, enterprises: Data, rulebook: Data, *, demo: bool) -> None:
    """Write chains, units, categories, enterprises and rules."""
    session.add(
        CountyState(id=1, name=county["county"]["name"], demo=demo, calendar_version=1, stamp=uuid4().hex)
    )
    _directory(session, county)
    firms = [
        {
            **_only(one, Enterprise),
            "chain_code": one["chain"],
            "phone": str(one["phone"]),
            "position": place,
        }
        for place, one in enumerate(enterprises["enterprises"], start=1)
    ]
    if firms:
        session.execute(insert(Enterprise), firms)
    _rules(session, rulebook)
    session.flush()


def seed_responsibilities(session: Session, given: Data) -> None:
    """Write the responsibility list, in the order of its file: within a category the first stands first."""
    places: Counter[str] = Counter()
    rows = []
    for one in given["responsibilities"]:
        places[one["category"]] += 1
        rows.append(
            {
                "category_code": one["category"],
                "unit_code": one["unit"],
                "share": Share(one["share"]),
                "basis": one.get("basis", ""),
                "belongs": one.get("belongs", ""),
                "beyond": one.get("beyond", ""),
                "keywords": "、".join(one.get("keywords", ())),
                "place": places[one["category"]],
                "from_on": given["from_on"],
                "until_on": None,
            }
        )
    session.execute(insert(Responsibility), rows)
    session.flush()


def _directory(session: Session, county: Data) -> None:
    session.execute(
        insert(Chain), [{**_only(one, Chain), "position": one["order"]} for one in county["chains"]]
    )
    session.execute(
        insert(Unit),
        [
            {
                "code": one["code"],
                "name": one["name"],
                "short": one["short"],
                "kind": one["kind"],
                "chain_code": one.get("chain"),
                "position": one["order"],
                "backed_by": one.get("backed_by", []),
            }
            for one in county["units"]
        ],
    )
    tops, below = [], []
    for one in county["categories"]:
        tops.append(_category(one, None, one["order"] * 100, one["units"]))
        for place, child in enumerate(one["children"], start=1):
            below.append(
                _category(child, one["code"], one["order"] * 100 + place, child.get("units", one["units"]))
            )
    words = {one["code"]: list(one["words"]) for one in county["categories"] if one.get("words")}
    session.add(RuleText(name="category_words", value=words, from_at=_EVER))
    session.execute(insert(Category), tops)
    session.execute(insert(Category), below)


def _category(one: Data, parent: str | None, position: int, units: Sequence[str]) -> dict[str, Any]:
    return {
        "code": one["code"],
        "label": one["label"],
        "parent_code": parent,
        "position": position,
        "units": list(units),
    }


def _rules(session: Session, rulebook: Data) -> None:
    session.execute(
        insert(TimeLimit),
        [
            {
                "clock": one["clock"],
                "matter": one["matter"],
                "urgency": one["urgency"],
                "code": str(one["limit"]),
                "from_at": _EVER,
                "source": "",
            }
            for one in rulebook["limits"]
            if "limit" in one  # formulas are code: they derive from the limits that stand here
        ],
    )
    session.add(RuleText(name="ladders", value=_ladders(rulebook["ladders"]), from_at=_EVER))
    start, end = rulebook["wall_window"]
    session.add(RuleText(name="wall_window", value={"from": start, "to": end}, from_at=_EVER))
    _replies(session, rulebook)
    session.add(RuleText(name="checklists", value=dict(rulebook.get("checklists", {})), from_at=_EVER))
    for name in (*TEXTS, MEDIA):
        if name in rulebook:
            session.add(RuleText(name=name, value=dict(rulebook[name]), from_at=_EVER))
    for one in rulebook["office_hours"]:
        on = one["from_on"] if isinstance(one["from_on"], date) else date.fromisoformat(one["from_on"])
        session.add(OfficeHours(from_on=on, only_on=None, segments=one["segments"]))


def _replies(session: Session, rulebook: Data) -> None:
    rows = [
        {
            "name": f"county-{place}",
            "version": 1,
            "is_current": True,
            "action": Action(one["action"]),
            "category_code": one.get("category"),
            "label": one["label"],
            "text": one["text"],
            "made_by": "县里预置",
            "made_at": _EVER,
        }
        for place, one in enumerate(rulebook.get("replies", ()), start=1)
    ]
    if rows:
        session.execute(insert(StandardReply), rows)


_RUNGS = {"overdue_1": "plus_1", "overdue_2": "plus_2", "overdue_5": "plus_5"}


def _ladders(ladders: Data) -> dict[str, dict[str, list[str]]]:
    """Return for each ladder and rung whom it reaches, in the words that `reminders` looks up."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in ("day", "hour"):
        found[name] = {}
        for one in ladders[name]:
            audience: list[str] = []
            for party in one["audience"]:
                if party["role"] == "leader":
                    audience.append("chain_chief")
                    continue
                audience.extend(party["posts"])
                if party.get("substitute"):
                    audience.append("substitute")
            if one.get("draft") == "supervision":
                audience.append("supervision")
            found[name][_RUNGS.get(one["rung"], one["rung"])] = audience
    return found


def seed_people(session: Session, people: Data, password_hash: str, *, now: datetime) -> None:
    """Write persons with their grants; the AB角 of a contact is the deputy of the same body, or the next contact."""
    rows = people["people"]
    session.execute(
        insert(User),
        [
            {
                "username": one["username"],
                "name": one["name"],
                "title": one["title"],
                "phone": str(one["phone"]),
                "unit_code": one.get("unit"),
                "enterprise_code": one.get("enterprise"),
                "password_hash": password_hash,
                "is_active": True,
                "must_change_password": False,
                "failures": 0,
                "epoch": 1,
                "elder": False,
                "created_at": now,
            }
            for one in rows
        ],
    )
    ids = {row.username: row.id for row in session.execute(select(User.username, User.id))}
    grants = [_grant(ids[one["username"]], grant, now) for one in rows for grant in one["grants"]]
    session.execute(insert(GrantRow), grants)
    _substitutes(session, grants)
    session.flush()


def _grant(user_id: int, grant: Data, now: datetime) -> dict[str, Any]:
    scope, _, ref = grant["scope"].partition(":")
    return {
        "user_id": user_id,
        "role": Role(grant["role"]),
        "scope": ScopeKind(scope),
        "ref": ref,
        "post": Post(grant["post"]) if grant.get("post") else None,
        "started_at": now,
        "ended_at": None,
    }


_STAFF = (Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT)


def _substitutes(session: Session, grants: Sequence[dict[str, Any]]) -> None:
    bodies: dict[tuple[Any, ...], dict[Post, int]] = {}
    for grant in grants:
        if grant["role"] in _STAFF and grant["post"] is not None:
            bodies.setdefault((grant["role"], grant["scope"], grant["ref"]), {}).setdefault(
                grant["post"], grant["user_id"]
            )
    for posts in bodies.values():
        contact, deputy = posts.get(Post.CONTACT), posts.get(Post.DEPUTY)
        if contact is not None and deputy is not None:
            session.get_one(User, contact).substitute_id = deputy


def _only(one: Data, model: type) -> dict[str, Any]:
    columns = set(model.__table__.columns.keys())  # type: ignore[attr-defined]  # every mapped class has one
    return {name: value for name, value in one.items() if name in columns}
