"""Small invented texts of three sorts, each other than the rest in its words: for what learns and what groups."""

import random

SORTS = {
    "energy": (
        "变压器容量不够 线路老化跳闸 增容排队太久 停电没有通知 电表读数不准 电压不稳烧了设备 配电室漏水 蒸汽压力上不去 "
        "供气管道太细 燃气报装没有回音 高压线离厂房太近 充电桩缺电 峰谷电价没落实 电缆被挖断 光伏并网拖着 供暖温度低 "
        "用电负荷报不上去 专线施工停了 开关柜过热 无功补偿罚款 备用电源切不过来 供热管网没接到 煤改气补不上 电费算多了"
    ),
    "labour": (
        "招不到缝纫工 工人社保断缴 劳动合同纠纷 技工学校不来人 工伤认定拖着 夜班宿舍不够 公积金怎么缴 工资支付仲裁 "
        "外地人才落户 焊工证培训没有名额 退休手续办不了 员工子女上学 稳岗补贴没到 见习补贴申请 校企合作没人牵头 "
        "大学生留不住 招聘会没摊位 熟练工被挖走 生育津贴报不了 灵活用工怎么报税 食堂办证 员工体检 职称评审 档案转不进来"
    ),
    "traffic": (
        "园区道路压坏了 货车限行进不来 公交站牌挡视线 红绿灯时间太短 桥面限重绕路 停车位不够 超限检查站排队 路口没有路灯 "
        "危化品车没有路走 施工围挡占道 物流专线停开 铁路货场装卸慢 通行证办不下来 班车没有站点 路面积水过不去 "
        "高速出口太远 大件运输许可 转弯半径不够 护栏开口封了 铁路道口拥堵 村道限宽 装载机上不了路 标线看不清 港口集疏运慢"
    ),
}


def some(sort: str, times: int, seed: int = 1) -> list[tuple[str, str]]:
    """Return so many titles and contents of a sort; none says nearly the same as another."""
    rng = random.Random(f"{sort}{seed}")
    said = SORTS[sort].split()
    made = []
    for _ in range(times):
        picked = rng.sample(said, 4)
        made.append((picked[0], "，".join([*picked, f"已经{rng.randrange(2, 90)}天"]) + "。"))
    return made
