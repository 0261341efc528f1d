"""What a pasted chat says: a table of what people send."""

import pytest

from chainhub.tickets.extracting import Firm, extract

FIRMS = [
    Firm("yanhe", ("砚禾齿轮", "汶上砚禾齿轮有限公司")),
    Firm("yanhe2", ("砚禾", "汶上砚禾机械有限公司")),
    Firm("yunshu", ("云杼机电", "汶上云杼机电有限公司")),
]


@pytest.mark.parametrize(
    ("text", "firm", "title", "person", "phone"),
    [
        (
            "砚禾齿轮的变压器坏了，联系人陶见禾，13912342076",
            "yanhe",
            "砚禾齿轮的变压器坏了，联系人陶见禾，13912342076",
            "陶见禾",
            "13912342076",
        ),
        ("您好，云杼机电这边招不到人。麻烦帮忙问问人社局", "yunshu", "云杼机电这边招不到人", "", ""),
        (
            "陶见禾 14:03\n[语音] 我们厂门口的路挖开三周没填\n陶见禾 14:05\n找陶总 139 1234 2076",
            "",
            "我们厂门口的路挖开三周没填",
            "陶总",
            "13912342076",
        ),
        ("云杼机电和砚禾齿轮都说停电", "", "云杼机电和砚禾齿轮都说停电", "", ""),
        ("砚禾这次贷款没批", "yanhe2", "砚禾这次贷款没批", "", ""),
        ("电话0537-7212345，找韩厂长", "", "电话0537-7212345，找韩厂长", "韩厂长", "0537-7212345"),
        ("2026-11-22 10:00\n下午3:05\n——————\n没水了", "", "没水了", "", ""),
        ("订单编号20261122139123420761不是电话", "", "订单编号20261122139123420761不是电话", "", ""),
        ("", "", "", "", ""),
        ("[图片]", "", "", "", ""),
    ],
)
def test_what_is_read(text, firm, title, person, phone):
    found = extract(text, FIRMS)

    assert (found.enterprise, found.title, found.person, found.phone) == (firm, title, person, phone)


def test_what_was_said_stays_but_for_the_noise_of_the_chat():
    found = extract("陶见禾 14:03\n[语音] 变压器坏了\n\n  急  \n", FIRMS)

    assert found.content == "变压器坏了\n急"
