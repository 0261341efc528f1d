"""The first words of a report, from its figures: plain sentences that people correct before it is published. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from chainhub.statistics.figures import RANKED_N
from chainhub.statistics.reports.rules import change
from chainhub.statistics.reports.terms import SECTIONS, Period

_HOT = 3  # from so many of a category in a month on it is named as hot
_NAMED = 5  # categories, units and cases that a sentence names
Content = Mapping[str, Any]


def first(period: Period, content: Content) -> dict[str, str]:
    """Return the text of a fresh draft, part by part."""
    said = {
        "overall": _overall(period, content),
        "kinds": _kinds(content),
        "units": _units(content),
        "callbacks": _callbacks(content),
        "hot": _hot(content),
        "carried": _carried(content),
        "cases": _cases(content),
        "next": "",
    }
    return {one.name: said[one.name] for one in SECTIONS}


def _n(content: Content, code: str, span: str) -> int:
    return int(content["figures"][code][span]["n"])


def _overall(period: Period, content: Content) -> str:
    raised, closed = (
        f"{word} {_n(content, code, 'month')} 件，"
        f"环比{change(_n(content, code, 'before'), _n(content, code, 'month'))}，"
        f"同比{change(_n(content, code, 'year_ago'), _n(content, code, 'month'))}"
        for code, word in (("raised", "提出"), ("closed", "销号"))
    )
    open_ = len(content["standing"]["open"])
    late = sum(one["late"] for one in content["units"].values())
    rate = content["figures"]["handling_on_time"]["rolling"]
    year = f"近 12 个月按时办结 {rate['share']}，按时办结率 {rate['text']}。" if rate["n"] else ""
    return f"{period.month.text}，企业{raised}；{closed}。月末在办 {open_} 件。本月超过办理时限 {late} 件次。{year}"


def _ordered(rows: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, int, int]]:
    found = [(names.get(key, key), *one["raised"]) for key, one in rows.items()]
    return sorted(found, key=lambda one: (-one[2], -one[1], one[0]))


def _kinds(content: Content) -> str:
    rows = [one for one in _ordered(content["categories"], content["names"]["category"]) if one[2]]
    if not rows:
        return "本月没有提出诉求。"
    said = "、".join(f"{name} {now} 件（上月 {before} 件）" for name, before, now in rows[:_NAMED])
    return f"按类别：{said}。"


def _units(content: Content) -> str:
    names = content["names"]["unit"]
    kept = sum(one["on_time"] for one in content["units"].values())
    late = sum(one["late"] for one in content["units"].values())
    if not kept + late:
        return "本月没有到期应办结的。"
    missed = [
        f"{names.get(key, key)} {one['late']} 件次" for key, one in content["units"].items() if one["late"]
    ]
    told = f"逾期的：{'、'.join(missed)}。" if missed else "没有逾期的。"
    best = [
        f"{names.get(key, key)}（{one['handling_on_time']['share']}）"
        for key, one in content["units"].items()
        if one["handling_on_time"]["n"] >= RANKED_N and one["handling_on_time"]["value"] == "1"
    ]
    praise = f"近 12 个月件件按时、不少于 {RANKED_N} 件次的单位：{'、'.join(best[:_NAMED])}。" if best else ""
    return f"本月应办结 {kept + late} 件次，按时 {kept} 件次。{told}{praise}"


def _callbacks(content: Content) -> str:
    month, rolling = (content["figures"]["satisfied"][one] for one in ("month", "rolling"))
    clear = content["figures"]["clear"]["month"]
    if not month["n"] and not clear["n"]:
        return "本月没有收到有效评价。没接通、没评价的不算满意。"
    said = f"本月有效评价 {month['n']} 件，满意 {month['share']}（基本满意按 0.9 算）"
    year = f"，近 12 个月满意率 {rolling['text']}" if rolling["n"] else ""
    asked = f"；咨询和建议答复清楚 {clear['share']}" if clear["n"] else ""
    again = content["figures"]["reopened"]["month"]
    redone = f"答复后重办或提级 {again['share']}。" if again["n"] else ""
    return f"{said}{year}{asked}。{redone}"


def _hot(content: Content) -> str:
    rows = _ordered(content["categories"], content["names"]["category"])
    hot = [f"{name}（{before} → {now} 件）" for name, before, now in rows if now >= _HOT]
    back = content["figures"]["came_back"]["month"]
    repeated = back["top"] if back["n"] else "0"
    said = f"集中反映的：{'、'.join(hot[:_NAMED])}。" if hot else f"本月没有哪一类达到 {_HOT} 件。"
    return f"{said}本月首次销号的里面，后来又出现 {repeated} 件。"


def _carried(content: Content) -> str:
    carried: Sequence[Any] = content["standing"]["carried"]
    if not carried:
        return "月末没有挂账的。"
    return f"月末挂账 {len(carried)} 件，清单在表里；到复查日要重新决定，不会不声不响地恢复，也不算办完。"


def _cases(content: Content) -> str:
    return (
        "\n".join(f"{one['title']}：{one['text']}" for one in content["cases"])
        or "本月没有新公布的典型案例。"
    )
