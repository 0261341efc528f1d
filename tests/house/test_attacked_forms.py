"""Every form of every page under attack: nothing breaks, nothing is half done, what was typed stays, no script comes out.

The forms are found on the pages (`targets.py`). Each attack is undone before the next, so all of them meet one county.
"""

import re
from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from chainhub.guides import papers as guide_papers
from chainhub.rotations.around.papers import layouts as salon_layouts
from chainhub.rotations.around.papers.kinds import SalonPaper
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.web import presses
from tests import files
from tests.house import errand_scenes, scenes
from tests.house.siege import every, faults, nothing
from tests.house.targets import ACTING, CHOICES, DAYS, TEXTS, Target

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

LONG = "a" * 99_999 + "长"
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
STRANGE = {
    "nul": "门口\x00路坏了",
    "strange": "=cmd|'/c calc'!A1 %s%n{{7*7}}${7*7}{0.__class__} 门\x01\x02\x08口\x1b[31m\x7f\u202e\u200b\ufeff👨‍👩‍👧‍👦🛣️",
}
DATES = ("0000-99-99", "9999-12-31", "0001-01-01", "2026-02-30", "今天", "-1", "2026-03-20T25:61")
NUMBERS = ("-1", "1" + "0" * 20, "NaN", "1e9", "٣", "０", " 1", "")


def test_no_form_stays_outside(siege):
    there = {
        rule.endpoint
        for rule in siege.app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and not rule.rule.startswith("/api/")
    }

    assert there - {endpoint for endpoint, _ in siege.targets} == set()
    acted = {word for endpoint, word in siege.targets if endpoint in ACTING}
    assert {one.value for one in scenes.acted()} - acted == set()


def test_what_somebody_would_send_is_taken(siege):
    """So that the attacks reach what lies behind the form."""
    refused = []
    for target in siege.targets.values():
        with siege.undone(target.username):
            data = target.filled()
            for name in target.named("file"):
                content, called = _FITS.get(target.endpoint, (files.PDF, "文件.pdf"))
                data.add(name, (BytesIO(content), called))
            answer = siege.send(target, data)
            if answer.status_code >= 400:
                refused.append(f"{target}: {answer.status_code} {_words(answer)}")

    nothing(refused)


_FITS = {
    "workdays.import_notice": (
        b'{"year": 2027, "days": [{"name": "x", "date": "2027-01-01", "isOffDay": true}]}',
        "通知.json",
    ),
    "tickets.template": (layouts.default(PaperKind.MINUTES), "纪要.docx"),
    "tickets.resolve": (files.picture(), "现场.jpg"),
    "errands.bring": (errand_scenes.brought(), "台账.xlsx"),
    "guide_papers.template": (guide_papers.default(), "半年报告.docx"),
    "salon_papers.template": (salon_layouts.default(SalonPaper.INVITATION), "邀请函.docx"),
}


def _words(answer: TestResponse) -> str:
    page = answer.get_data(as_text=True)
    found = re.findall(
        r"(?:data-advice|field-error|form-error)[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]+)", page
    )
    return " ".join(found)[:200]


def _as_others(target: Target) -> bool:
    """Say whether a form is read by the same lines as others that are tried: a few verbs stand for all."""
    return target.endpoint == "tickets.act" and target.word not in {
        "accept",
        "dispatch",
        "conclude",
        "confirm",
    }


def _empty(target: Target):
    yield "empty", "", MultiDict()
    blank = target.filled()
    for name in target.named(*TEXTS, *DAYS):
        blank[name] = "   \r\n "
    yield "blank", "", blank


def _long(target: Target):
    names = [name for name in target.named(*TEXTS) if not re.search(r"-[1-9]-", name)]
    if not names:
        return
    every = target.filled()
    for name in names:  # the first line of a list stands for all
        every[name] = LONG
    yield "long", LONG, every
    if not _as_others(target):
        one = target.filled()
        one[names[-1]] = LONG  # alone, so that no other field is what is refused
        yield f"long {names[-1]}", LONG, one


def _script(target: Target):
    data = target.filled()
    for name in target.named(*TEXTS):
        data[name] = SCRIPT
    yield "script", "", data
    for name in target.named("hidden", "select", "radio", "checkbox"):
        if name not in {"csrf_token", presses.FIELD} and (
            target.endpoint != "tickets.act" or name != "version"
        ):
            data = target.filled()
            data[name] = SCRIPT
            yield f"script {name}", "", data


def _unknown(target: Target):
    for name in target.named(*CHOICES):
        data = target.filled()
        data[name] = "no_such_code"
        yield f"unknown {name}", "", data


def _strange(target: Target):
    for kind, said in STRANGE.items():
        data = target.filled()
        for name in target.named(*TEXTS):
            data[name] = said
        if target.named(*TEXTS):
            yield kind, "", data


def _dates(target: Target):
    for name in target.named(*DAYS):
        for said in DATES:
            data = target.filled()
            data[name] = said
            yield f"{name}={said}", "", data


def _numbers(target: Target):
    for name in target.named("hidden", "number"):
        if name in {"csrf_token", presses.FIELD} or _as_others(target) and name == "version":
            continue
        for said in NUMBERS:
            data = target.filled()
            data[name] = said
            yield f"{name}={said}", "", data


@pytest.mark.parametrize("attack", [_empty, _long, _script, _unknown, _strange, _dates, _numbers])
def test_nothing_gives_way(siege, attack):
    nothing(every(siege, attack))


def test_what_is_on_no_list_is_never_taken(siege):
    taken = []
    for target in siege.targets.values():
        for name in target.named("select", "radio"):
            data = target.filled()
            data[name] = "no_such_code"
            with siege.undone(target.username):
                before = siege.rows()
                if siege.send(target, data).status_code < 400 and siege.rows() != before:
                    taken.append(f"{target} {name}")

    nothing(taken)


BAD_FILES = {
    "none": (b"", "空.png"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "x.svg"),
    "html as png": (b"<html><script>alert(1)</script></html>", "x.png"),
    "polyglot": (b"GIF89a/*" + b"<script>alert(1)</script>", "x.gif"),
    "broken jpg": (files.picture()[:200], "x.jpg"),
    "huge name": (b"MZ" + b"\0" * 300, "长" * 5000 + ".exe"),
    "path": (b"%PDF-1.4 no end", "../../../../etc/passwd\x00.png"),
    "zip": (files.zipped(a="b"), "<script>alert(1)</script>.docx"),
}


def test_no_wrong_file_gets_in(siege):
    wrong = []
    for target in siege.targets.values():
        for field_ in target.named("file"):
            for name, (content, called) in BAD_FILES.items():
                data = target.filled()
                data.add(field_, (BytesIO(content), called))
                with siege.undone(target.username):
                    before = siege.rows()
                    answer = siege.send(target, data)
                    if answer.status_code < 400:
                        wrong.append(f"{target} [{name}]: taken")
                    wrong += [
                        f"{target} [{name}]: {said}" for said in faults(siege, target, answer, before, "")
                    ]

    nothing(wrong)


def test_without_the_token_of_its_page_nothing_is_done(siege):
    wrong = []
    for target in siege.targets.values():
        for name, token in (("none", None), ("wrong", "x.y.z"), ("empty", "")):
            data = target.filled()
            data.pop("csrf_token", None)
            if token is not None:
                data["csrf_token"] = token
            with siege.undone(target.username):
                before = siege.rows()
                answer = siege.send(target, data, with_token=False)
                if answer.status_code != 400:
                    wrong.append(f"{target} [{name}]: {answer.status_code}")
                wrong += [f"{target} [{name}]: {said}" for said in faults(siege, target, answer, before, "")]

    nothing(wrong)


def test_a_body_that_is_no_form_doesnothing(siege):
    bodies = (
        ("[1,2]", "application/json"),
        ("[" * 50_000, "application/json"),
        ("no parts", "multipart/form-data; boundary=none"),
        ("no boundary", "multipart/form-data"),
        ("a=1&" * 2000, "application/x-www-form-urlencoded"),
        ("note=%ED%A0%80%ED%BF%BF&content=%C0%80%FF", "application/x-www-form-urlencoded"),
    )
    wrong = []
    for target in siege.targets.values():
        for body, kind in bodies[:1] if _as_others(target) else bodies:
            with siege.undone(target.username):
                before = siege.rows()
                headers = {"X-CSRFToken": siege.token(target.username)}
                answer = siege.as_(target.username).post(
                    target.path, data=body, content_type=kind, headers=headers
                )
                wrong += [f"{target} [{kind}]: {said}" for said in faults(siege, target, answer, before, "")]

    nothing(wrong)


TWICE = {
    "people.elder": "on, and off again",
    "audit.verify": "each look is written down",
    "tickets.phone": "each look is written down",
    "tickets.hand_out_link": "each handing out is written down",
    "tickets.outside_link": "each handing out is written down",
    "people.reset": "each gives a new password, shown once",
    "outgoing.test": "each test is sent, and noted",
    "errands.fetch": "each fetching is written down",
}
"""What may leave a trace each time it is sent, and why."""


def test_a_form_that_is_sent_twice_is_done_once(siege):
    wrong = []
    for target in siege.targets.values():
        if target.endpoint in TWICE:
            continue
        with siege.undone(target.username):
            data = target.filled()
            first = siege.send(target, data.copy())
            once = siege.rows()
            second = siege.send(target, data.copy())
            if siege.rows() != once:
                wrong.append(f"{target}: {first.status_code}, then {second.status_code}, and twice the rows")
            if second.status_code >= 500:
                wrong.append(f"{target}: {second.status_code}")

    nothing(wrong)


def test_every_form_has_a_key_of_its_own(siege):
    scripts = {"tickets.guess", "tickets.looking"}
    keyless = {
        endpoint
        for (endpoint, _), one in siege.targets.items()
        if endpoint not in scripts and presses.FIELD not in one.named("hidden")
    }

    assert keyless == set()
