"""The HTML form that takes a notice."""

from flask_wtf.file import FileField, FileRequired

from chainhub.web.chinese import ChineseForm


class NoticeForm(ChineseForm):
    """A file with a year's holidays."""

    file = FileField(
        "通知文件",
        description="JSON、CSV 或 xlsx。表格三列：日期、名称、是否放假（是或否，补班写“否”）。",
        validators=[FileRequired("请选一个文件。")],
    )
