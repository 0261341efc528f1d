"""What the enterprises of a simulated county say: invented matters, filled in by chance. No real case, firm or person."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainhub.tickets.terms import Kind, Outcome, Urgency


@dataclass(frozen=True, slots=True)
class Story:
    """One matter: what is said, whose it would be, and what would come of it."""

    title: str
    content: str
    category: str
    unit: str
    kind: Kind
    urgency: Urgency
    progress: tuple[str, ...]
    reply: str
    outcome: Outcome
    chain: str | None = None  # the chain whose firms would say this; None: any
    contact_note: str = ""
    unhappy: str = ""  # what the firm says if the first answer did not do


def told(given: Mapping[str, Any]) -> Story:
    """Return a matter as the county's file of invented matters (`config/county/stories.yaml`) tells it."""
    return Story(
        given["title"],
        given["content"],
        given["category"],
        given["unit"],
        Kind(given["kind"]),
        Urgency(given["urgency"]),
        tuple(given["progress"]),
        given["reply"],
        Outcome(given["outcome"]),
        given.get("chain"),
        given["contact_note"],
        given.get("dissatisfied_note") or "",
    )


def invent(chance: random.Random) -> Story:
    """Return a matter made of one of the patterns below; no two of a run are likely to read alike."""
    category, unit, kind, title, content, progress, reply = chance.choice(PATTERNS)
    filling: dict[str, object] = {name: chance.choice(words) for name, words in _WORDS.items()}
    filling |= {"n": chance.randrange(3, 60), "w": chance.randrange(8, 90) * 10, "d": chance.randrange(3, 28)}
    urgency = chance.choices((Urgency.NORMAL, Urgency.URGENT, Urgency.COMPLEX), (88, 6, 6))[0]
    outcome = Outcome.EXPLAINED if kind is Kind.INQUIRY else chance.choices(tuple(Outcome), (6, 2, 2))[0]
    return Story(
        title.format(**filling),
        f"{chance.choice(_OPENINGS)}{content.format(**filling)}{chance.choice(_CLOSINGS)}",
        category,
        unit,
        kind,
        Urgency.NORMAL if kind is Kind.INQUIRY else urgency,
        (progress.format(**filling), chance.choice(_STEPS)),
        reply.format(**filling),
        outcome,
        contact_note=chance.choice(_CALLS),
        unhappy=chance.choice(_UNHAPPY),
    )


_WORDS: Mapping[str, Sequence[str]] = {
    "road": ("园区北门外", "东环线路口", "厂区西侧", "货场南门", "二号车间后面"),
    "line": ("新上的生产线", "技改项目", "二期车间", "扩建的仓库", "搬过来的老线"),
    "when": ("月底", "下周", "这个月", "入冬以前", "交付前"),
    "office": ("窗口", "科里", "热线", "驻点的同志", "网上系统"),
}
_OPENINGS = ("", "您好，", "想反映一件事：", "我们厂遇到个难处，", "情况是这样的，")
_CLOSINGS = ("", "麻烦帮忙协调一下。", "请给个准信。", "能不能早点定下来？", "拖不起了。")
_CALLS = (
    "电话里问清了来龙去脉，材料现成。",
    "负责人在外地，约好微信上补材料。",
    "说得清楚，要的就是一个准信。",
    "问过一家单位，没有说法。",
)
_STEPS = (
    "和企业一起把要办的几件事列了出来，逐件有人。",
    "方案报上去了，正在等批复，批下来马上办。",
    "两家单位碰过头，分工说清楚了。",
    "现场又去了一次，剩最后一步。",
)
_UNHAPPY = (
    "说是办了，我们这边还是老样子。",
    "答复里没有说什么时候做完，等于没答。",
    "来过一次人，后来就没有消息了。",
    "只解决了一半，剩下的没人管。",
)

_I, _H, _C, _S, _P = Kind.INQUIRY, Kind.HELP, Kind.COMPLAINT, Kind.SUGGESTION, Kind.PROBLEM
Pattern = tuple[str, str, Kind, str, str, str, str]
# fmt: off
PATTERNS: tuple[Pattern, ...] = (
    ("finance", "financial_service", _H, "{when}有 {w} 万贷款到期，想续贷", "{when}有一笔 {w} 万的贷款到期，续贷批下来还要 {d} 天，中间的钱周转不开，", "约了贷款行当面核流水，续贷的材料补齐了。", "续贷批下来了，{w} 万接上了，中间的 {d} 天走的转贷资金。"),
    ("finance", "finance_bureau", _I, "设备贷款贴息怎么申请", "想买 {n} 台设备，听说贷款有贴息，不知道先付后补还是直接减，", "查了现行文件，口径核对过。", "先付息后兑付，一年两次，要贷款合同、发票和付息单。"),
    ("labour", "human_resources", _H, "缺 {n} 个熟练工，招不来", "{line}要开工，还差 {n} 个熟练工，招工启事贴了 {d} 天没有几个人来，", "安排了一场专场招聘，县职业学校也对接了。", "专场招聘来了 {n} 人，先到岗一批；后面和学校签订单班。"),
    ("labour", "human_resources", _S, "招聘会能不能开到厂区来", "每次招聘会都在县城，工人白天上班去不了，建议晚上在园区开，", "和园区定了场地。", "采纳了：下个月起每月在园区开一次夜场。"),
    ("land", "natural_resources", _P, "二期 {n} 亩地手续卡住了", "二期 {n} 亩地交了定金 {d} 个月，规划一直没有批，设备合同都签了，", "和规划、住建一起过了一遍手续，缺两个件。", "规划条件出来了，按程序走，{when}可以领证。"),
    ("land", "development_zone_service", _H, "想租 {n} 百平的标准厂房", "订单多了放不下，想在园区租 {n} 百平厂房，{when}就要用，", "看了三处空置厂房，企业选中一处。", "合同签了，租金按园区标准，水电已经接通。"),
    ("energy", "power_supply", _P, "{line}要增容，报了 {d} 天没有准信", "{line}的设备 {when}到，增容报上去 {d} 天了，没说什么时候能送电，", "到现场勘查，定了接入点。", "增容方案批了，外线施工排在{when}，送电前会提前说。"),
    ("energy", "power_supply", _C, "一个月停电 {n} 次，没有通知", "这个月停了 {n} 次电，事先都没有通知，料全废在炉子里，", "查了停电记录，有两次是计划检修。", "以后检修提前三天发到企业群；线路的老隐患{when}换掉。"),
    ("energy", "gas_company", _H, "用气指标不够，{when}要加", "{line}投产后用气差一截，申请增加指标 {d} 天没有回话，", "核了用气量，报了补充计划。", "指标加上了，{when}起按新的量供。"),
    ("energy", "water_company", _H, "水压不够，顶楼没水", "{road}那一片白天水压低，车间冷却跟不上，已经 {d} 天，", "测了压力，是主管阀门的问题。", "阀门换了，压力恢复正常。"),
    ("logistics", "transport", _P, "{road}路坏了，货车进不来", "{road}有 {n} 个大坑，重车不敢走，绕路一趟多花两个小时，", "现场看过，量了破损的长度。", "先填平保通行，{when}起整段翻修，夜里施工。"),
    ("logistics", "public_security", _H, "货车通行证怎么办不下来", "送货的车进城要通行证，{office}说满了，一天损失 {n} 单，", "查了通行证的存量。", "给了 {n} 个夜间证，白天的下个月轮换。"),
    ("approval", "administrative_approval", _I, "扩建要不要重新办环评", "{line}只是换设备不增产能，想问环评要不要重新做，", "问了审批口径。", "不增产能、不新增污染物的，备案就行，网上填一张表。"),
    ("approval", "administrative_approval", _H, "施工许可跑了 {n} 趟", "{line}的施工许可，每次去{office}都说缺件，跑了 {n} 趟，", "帮办员把清单一次列全了。", "材料补齐，证已经出来，直接寄到厂里。"),
    ("policy", "industry_bureau", _P, "去年的技改奖补 {w} 万还没到", "去年公示的技改奖补 {w} 万，过了 {d} 个月没到账，账上等着用，", "核了公示文件，资金在财政流程里。", "已拨付一半，余下的列入下季度，给了书面时间表。"),
    ("policy", "commerce", _I, "出口信保补贴还有没有", "今年想投出口信保，问一下补贴比例和申报时间，", "和省里核了今年的口径。", "有，按保费的一部分补，{when}集中申报，样表发给您了。"),
    ("tech", "science_technology", _H, "想找一家做{line}的高校", "{line}有个工艺卡了 {d} 天，想找高校老师看看，", "联系了两所高校的技术转移中心。", "对接了一位老师，{when}到厂里看一次。"),
    ("tech", "science_technology", _I, "高新企业复审要准备什么", "明年高新到期，想问复审的材料从哪年算起，", "整理了清单。", "近三年的，清单和样表都发过去了，{when}有一场辅导。"),
    ("market", "commerce", _H, "想进县里的采购名录", "我们做的配件县里几个项目都在外地买，想进名录，", "把产品目录报给了项目单位。", "有两家项目单位约了样品，名录{when}更新。"),
    ("environment", "ecology_environment", _P, "危废没有地方处置", "危废库快满了，处置单位排到 {d} 天以后，", "联系了周边三家处置单位。", "协调了一家{when}来拉，以后按季度签。"),
    ("environment", "ecology_environment", _C, "隔壁厂夜里排味", "{road}夜里味道很大，工人 {n} 天睡不好，反映过没有结果，", "夜里去查了两次，有记录。", "那家停了一道工序整改，{when}装好收集装置。"),
    ("safety", "emergency_management", _I, "粉尘车间要配什么", "{line}有粉尘，想问防爆要配哪些，省得买错，", "安全员到现场看了。", "清单给您了，先做清扫制度和泄爆口，风机按型号来。"),
    ("safety", "fire_rescue", _H, "消防验收意见看不懂", "消防验收给了 {n} 条意见，有几条看不懂怎么改，", "约了现场逐条讲。", "逐条讲清楚了，改完一次复验就行。"),
    ("tax_fee", "tax_bureau", _H, "留抵退税 {w} 万还没退", "申请留抵退税 {w} 万，{d} 天了没动静，", "查了流程，差一张说明。", "说明补上，退税款已经到账。"),
    ("legal", "justice", _H, "合同被拖着不认", "下家 {w} 万的合同说不认就不认，想问怎么走程序，", "安排了公益律师看合同。", "律师给了书面意见，先发函再调解，走不通再诉。"),
    ("arrears", "industry_bureau", _P, "工程款 {w} 万拖了 {d} 个月", "给一个项目供货 {w} 万，验收完 {d} 个月一分没付，", "把合同、对账单核过了，约了对方。", "对方先付了一部分，余下的写进还款计划，按月付。"),
    ("amenities", "development_zone_service", _S, "园区公交末班能不能晚一点", "工人下夜班没有车，建议末班晚一个小时，", "和公交公司算了客流。", "试行三个月，末班延后一小时。"),
    ("amenities", "education_sports", _H, "外来职工孩子上学", "有 {n} 个外来职工的孩子要上学，不知道找谁登记，", "按居住证登记了。", "都安排在就近学校，{when}报到。"),
    ("party_mass", "trade_union", _I, "新成立的工会怎么领经费", "刚成立工会，想问经费返还怎么办，", "把流程发过去了。", "开户以后按季度返，账户信息填一张表。"),
    ("other", "development_zone_service", _C, "门口垃圾堆了 {d} 天没人清", "{road}的垃圾堆了 {d} 天，客户来了不好看，", "联系了环卫。", "清走了，以后一天一次。"),
)
# fmt: on
