"""What is somebody else's: not told apart from what is not there, by any address, and no list or count knows of it.

A confidential complaint with everything that may stand beside one. The addresses are those of the map, so that a new
one is tried by itself.
"""

import re
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.routing import AnyConverter

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.documents.attachments.models import Attachment
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import instructions, noting, papers, passing, requests, supervisions, whistles
from chainhub.tickets.terms import Kind, RequestKind
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import SOON, a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import token_of, words_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

TITLE = "丙戌号配方外泄"
CONTENT = "辰巳号车间的配方被人抄走，午未号电话里说过。"
NAMED = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT, "confidential": True}
ABSENT = "EQ-2026-99999"
NOBODY = 99_999_999
TEXTILE = "dw_textile"
OUTSIDE = (
    people.STRANGER,
    people.GUIDE,  # of the very firm
    TEXTILE,  # a committee, of another chain
    people.TRANSPORT,  # complained of
    people.CHIEF,
    people.CALLER,
)
SOME = ("accept", "dispatch", "confirm")
NO_LIST = {"/metrics", "/readyz", "/healthz", "/sign-out"}
LATER = NOW.replace(hour=10)
_CHANCE = re.compile(r'name="(?:csrf_token|form_key|once)"[^>]*>|nonce="[^"]*"|data-once="[^"]*"')


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=11))


def _secret(session, as_) -> tuple[str, dict[str, int]]:
    """Make the ticket; return its number and, by where they stand in an address, the ids of what is beside it."""
    ticket = a_ticket(session, State.HANDLING, title=TITLE, content=CONTENT, **NAMED)
    clerk, power = work_of(session, people.CLERK, LATER), work_of(session, people.POWER, LATER)
    move(session, ticket, people.POWER, Action.ASSIGN, LATER, person=people.POWER)
    noting.note(clerk, ticket.number, "内部备注")
    blown = whistles.blow(clerk, ticket.number, "都来", [people.POWER_UNIT])
    asked = requests.ask(power, ticket.number, requests.Asked(RequestKind.CONSULTATION, "请会商"))
    drafted = supervisions.propose(clerk, ticket.number, "拖了")
    paper = papers.issue(clerk, ticket.number, PaperKind.CASE_SHEET)
    session.commit()
    client = as_(people.CLERK)
    sent = {
        "csrf_token": token_of(client, f"/tickets/{ticket.number}"),
        "file": (BytesIO(files.PDF), "证据.pdf"),
    }
    assert client.post(f"/tickets/{ticket.number}/attachments", data=sent).status_code == 303
    attached = session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first()
    ids = {"whistles": blown.id, "requests": asked.id, "supervisions": drafted.id}
    return ticket.number, ids | {"papers": paper.id, "attachments": attached}


def _addresses(app, number: str, ids: dict[str, int]):
    """Give every address that names the ticket or something beside it, each beside the same of what is not there."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            kind = next((one for one in ids if f"/{one}/<" in rule.rule), "")
            numeric = {name for name in rule.arguments if name in {"id_", "request"}}
            if numeric and not kind or not (numeric or "number" in rule.arguments) or "issues" in rule.rule:
                continue
            for word in SOME if "action" in rule.arguments else ("",):
                pair = []
                for said, id_ in ((number, ids.get(kind, 0)), (ABSENT, NOBODY)):
                    values = {
                        name: id_
                        if name in numeric
                        else said
                        if name == "number"
                        else _other(converter, word)
                        for name, converter in rule._converters.items()
                    }
                    pair.append(adapter.build(rule.endpoint, values, method=min(rule.methods - {"OPTIONS"})))
                yield rule, *pair


def _other(converter, word: str) -> str:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return word or "x"


def _said(answer, path: str, number: str) -> tuple[int, str]:
    text = _CHANCE.sub("", words_of(answer))
    return answer.status_code, text.replace(path, "PATH").replace(number, "NUMBER")


def _token(session, username: str) -> dict[str, str]:
    work = work_of(session, username)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "others")
    session.commit()
    return {"Authorization": f"Bearer {token}"}


def test_it_is_not_told_apart_from_what_is_not_there(app, as_, session):
    number, ids = _secret(session, as_)
    addresses = list(_addresses(app, number, ids))
    told = []
    assert {kind for kind in ids if not any(f"/{kind}/" in path for _, path, _ in addresses)} == set()
    for username in OUTSIDE:
        bearer, page = _token(session, username), as_(username)
        token = token_of(page, "/password")
        for rule, path, absent in addresses:
            for method in sorted(rule.methods & {"GET", "POST"}):
                by_program = path.startswith("/api/")
                client = app.test_client() if by_program else page
                body = {"json": {}} if by_program else {"data": {"csrf_token": token}}
                options = {"headers": bearer} if by_program else {}
                options |= body if method == "POST" else {}
                here = _said(client.open(path, method=method, **options), path, number)
                there = _said(client.open(absent, method=method, **options), absent, ABSENT)
                if here != there or here[0] not in {303, 403, 404}:
                    told.append(f"{username} {method} {path}: {here[0]}, and {there[0]} where nothing is")

    assert not told, "\n".join(told)


def test_no_list_and_no_count_knows_of_it(app, as_, session):
    firm = passing.Word(people.FIRM, "锅炉漏水", "锅炉漏水，请看。")
    passing.write(work_of(session, people.GUIDE, LATER), firm)
    word = instructions.Word("请办好。", people.POWER_UNIT, SOON)
    open_ = a_ticket(session, State.HANDLING)
    instructions.give(work_of(session, people.CHIEF, LATER), open_.number, word)
    session.commit()
    paths = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and rule.rule not in NO_LIST
    )
    paths += [f"{where}?q={TITLE}" for where in ("/tickets", "/api/v1/tickets")]
    paths += ["/tickets?state=handling", "/api/v1/tickets?state=handling", f"/tickets/{open_.number}"]
    bearers = {username: _token(session, username) for username in OUTSIDE}

    def _look() -> dict[tuple[str, str], tuple[int, str]]:
        return {
            (username, path): _said(
                app.test_client().get(path, headers=bearers[username])
                if path.startswith("/api/")
                else as_(username).get(path),
                path,
                ABSENT,
            )
            for username in OUTSIDE
            for path in paths
            if path != "/api/v1/openapi.json"
        }

    before = _look()
    _secret(session, as_)
    after = _look()

    assert [key for key in before if before[key] != after[key]] == []
