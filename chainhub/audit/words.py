"""What deeds are called on the auditor's page. A deed without a word here is shown as it is stored."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.actor import Post, Role

VERIFIED = "verify_audit"

WORDS: Mapping[str, str] = {
    "sign_in": "登录",
    "account_locked": "连续输错密码，锁定",
    "add_user": "开账号",
    "change_password": "改自己的密码",
    "set_password": "重置密码",
    "disable_user": "停用账号",
    "enable_user": "启用账号",
    "unlock_user": "解锁账号",
    "issue_token": "发令牌",
    "add_grant": "授权",
    "end_grant": "结束授权",
    "import_workdays": "导入放假通知",
    "import_tickets": "导入台账",
    "undo_import": "撤销导入台账",
    "import_enterprises": "导入企业名单",
    "import_units": "导入单位名单",
    "import_people": "导入人员名单",
    "unit_endorses": "审签开关",
    "import_guides": "导入指导员名册",
    "import_assignments": "导入选派名册",
    "import_responsibilities": "导入权责清单",
    "add_responsibility": "权责清单加一条",
    "change_responsibility": "改权责清单",
    "export_ledger": "导出台账",
    "restore": "从备份还原",
    "fetch_errand": "下载导出的文件",
    "ask_pack": "要迎检资料包",
    "make_pack": "做迎检资料包",
    "make_inspection": "准备一次迎检",
    "open_inspection": "开迎检账号",
    "end_inspection": "结束迎检",
    "inspect": "迎检账号查看",
    "issue_paper": "出文书",
    "replace_paper_template": "换文书模板",
    "reset_paper_template": "恢复文书模板",
    "recompute": "重算时限",
    "show_phone": "看完整号码",
    "answer_link": "出示评价链接",
    "outside_link": "取外单位作答链接",
    "record_leave": "记请假（AB角）",
    "cancel_leave": "取消请假",
    "sign_in_by_code": "短信登录",
    "test_medium": "测试对外发送",
    "retry_outgoing": "重新对外发送",
    "keep_reply": "维护常用答复",
    "retire_reply": "停用常用答复",
    "change_checklist": "改办理清单",
    "change_weights": "改考核权重",
    "change_assignment_kind": "改结对的种类",
    "run_job": "现在跑一次定时任务",
    "save_guide": "登记指导员",
    "reduce_guide": "指导员一段时间少带",
    "restore_guide": "指导员恢复带满",
    "guide_leaves": "指导员离任",
    "guide_need": "记企业要的指导员",
    "guide_wish": "记双向选择的志愿",
    "guide_conflict": "记回避单位",
    "waive_conflict": "不回避",
    "guide_pair": "定一对配不配",
    "lift_pair": "解开一对",
    "propose_guides": "推算选派方案",
    "confirm_guides": "确认选派方案",
    "begin_assignment": "选派开始",
    "end_assignment": "选派结束",
    "publish_report": "发布月报",
    "sign_report": "签发通报",
    "schedule_reports": "定月报、周报的定时",
    VERIFIED: "验证操作记录",
}

DETAILS: Mapping[str, str] = {
    "role": "角色",
    "scope": "范围",
    "post": "岗位",
    "unit": "单位",
    "enterprise": "企业",
    "name": "名称",
    "paper": "文书",
    "number": "编号",
    "expires_at": "有效期至",
    "tokens": "收回令牌",
    "days": "天数",
    "changed": "变动天数",
    "clock": "时限",
    "version": "版本",
    "substitute": "代办",
    "from": "从",
    "until": "到",
    "text": "内容",
    "before": "原来",
    "after": "改成",
    "reason": "理由",
    "rows": "行数",
    "tickets": "件数",
}
_VALUES = {one.value: one.label for kind in (Role, Post) for one in kind}


def details(data: Mapping[str, Any]) -> str:
    """Say what a deed changed, as far as there are words for it."""
    known = ((said, data[name]) for name, said in DETAILS.items() if data.get(name))
    return "，".join(f"{said} {_VALUES.get(str(value), value)}" for said, value in known)


def word(action: str) -> str:
    """Return what a deed is called."""
    return WORDS.get(action, action)


def actions_called(q: str) -> list[str]:
    """Return the deeds whose word holds `q`."""
    return [action for action, said in WORDS.items() if q in said] if q else []
