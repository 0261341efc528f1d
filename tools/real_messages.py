"""Turn a file of real citizens' messages into a 台账 that can be imported: for trying out sizes, never for the project.

    python tools/real_messages.py OUT.xlsx [--rows N] [--open-share 0.3] [--firm NAME] [--source FILE.csv]

The messages lie outside the repository and stay there: no licence is stated for them. They are spread over the
model county's enterprises so that the same arguments always make the same ledger.
"""

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import config  # noqa: E402  # the path comes first
from chainhub.documents.sheets import Cell  # noqa: E402
from chainhub.operations import importing, ledger  # noqa: E402

SOURCE = HERE.parent / "shared" / "data" / "appeals" / "labelled.csv"
NEEDED = ("行号", "留言编号", "留言主题", "留言时间", "留言详情", "一级标签")
FIRST_DAY = datetime(2020, 1, 1, 9, 0)  # noqa: DTZ001  # a cell has no zone; used where a message has no time

CATEGORIES = {
    "城乡建设": "用地厂房",
    "劳动和社会保障": "用工人才",
    "教育文体": "子女上学",
    "商贸旅游": "市场开拓",
    "环境保护": "环保",
    "卫生计生": "看病与体检",
    "交通运输": "物流交通",
}
KINDS = (
    ("投诉", ("投诉", "举报", "违规", "违法", "乱收费", "拖欠", "扰民")),
    ("建议", ("建议", "希望能", "呼吁")),
    ("咨询", ("咨询", "请问", "怎么办理", "是否", "政策", "？")),
)
UNITS = {
    "城乡建设": "住房和城乡建设局",
    "劳动和社会保障": "人力资源和社会保障局",
    "教育文体": "教育和体育局",
    "商贸旅游": "商务局",
    "环境保护": "生态环境分局",
    "卫生计生": "卫生健康局",
    "交通运输": "交通运输局",
}
Message = dict[str, str]


def main() -> None:
    given = _arguments()
    messages = _messages(given.source)
    firms = [one["name"] for one in config.county("enterprises")["enterprises"]]
    if given.firm and given.firm not in firms:
        sys.exit(f"{given.firm} is no enterprise of the model county")
    firms = [given.firm] if given.firm else firms
    rows = given.rows or len(messages)
    count = importing.template(given.out, _rows(messages, firms, rows, given.open_share))
    print(f"{given.out}: {count} rows over {len(firms)} enterprises")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="where the .xlsx is written")
    parser.add_argument(
        "--rows", type=int, default=0, help="how many rows; the messages repeat if there are fewer"
    )
    parser.add_argument(
        "--open-share", type=float, default=0.3, help="share of matters that are not finished"
    )
    parser.add_argument(
        "--firm", default="", help="give all of them to this enterprise instead of spreading them"
    )
    parser.add_argument("--source", type=Path, default=SOURCE)
    given = parser.parse_args()
    if not 0 <= given.open_share <= 1:
        parser.error("--open-share lies between 0 and 1")
    if given.out.resolve().is_relative_to(HERE) and not given.out.resolve().is_relative_to(HERE / "instance"):
        parser.error("these messages must not enter the repository; write outside of it")
    return given


def _messages(source: Path) -> list[Message]:
    if not source.is_file():
        sys.exit(
            f"{source} is not there. Give the file with --source FILE.csv; it is not part of this repository."
        )
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            sys.exit(f"{source} has no column {', '.join(missing)}")
        return list(reader)


def _rows(
    messages: Sequence[Message], firms: Sequence[str], wanted: int, open_share: float
) -> Iterator[Sequence[Cell | None]]:
    for place in range(wanted):
        message = messages[place % len(messages)]
        said = _said(message, place, place // len(messages), firms, open_share)
        yield [said.get(column) for column in ledger.COLUMNS]


def _said(
    message: Message, place: int, turn: int, firms: Sequence[str], open_share: float
) -> dict[str, Cell]:
    number = message["留言编号"] or f"行{message['行号']}"  # most of them have lost their number
    chance = _chance(f"{number}/{turn}")
    raised = _raised(message, place)
    said: dict[str, Cell] = {
        "序号": place + 1,
        "企业": firms[int(chance * 1_000_003) % len(firms)],
        "渠道": "上级转办",
        "原编号": f"{number}-{turn}" if turn else number,
        "提出日期": raised,
        "类别": CATEGORIES.get(message["一级标签"], "其他"),
        "性质": _kind(message),
        "紧急程度": "普通",
        "内容": _content(message),
    }
    if chance >= open_share:
        resolved = raised + timedelta(days=1 + int(chance * 40), hours=3)
        said |= {"主办": UNITS.get(message["一级标签"], ""), "结果": "已解决" if chance < 0.8 else "已解释"}
        said |= {"办结时间": resolved, "销号时间/审批人": resolved + timedelta(days=2)}
    return said


def _chance(text: str) -> float:
    """Return a number from 0 up to 1 that is always the same for a text, and like chance from one to the next."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def _raised(message: Message, place: int) -> datetime:
    if message["留言时间"]:
        return datetime.fromisoformat(message["留言时间"])
    return FIRST_DAY + timedelta(hours=place % 8760)


def _content(message: Message) -> str:
    body = message["留言详情"].strip()
    return body if len(body) > 1 else message["留言主题"].strip()


def _kind(message: Message) -> str:
    text = message["留言主题"]
    return next((kind for kind, words in KINDS if any(word in text for word in words)), "求助")


if __name__ == "__main__":
    main()
