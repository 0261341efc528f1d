"""The fields of a site visit: form and schema are made from them. Pure."""

from chainhub.tickets.fields import LINE_MOST, NOTE_MOST, Field, Shape

PEOPLE = Field("people", "谁去的", Shape.LINE, LINE_MOST, hint="姓名和人数")
MET = Field("met", "见到企业哪位", Shape.LINE, 20)
AT = Field("visited_at", "什么时候去的", Shape.MOMENT, hint="不填就是现在")
RESULT = Field("result", "看到什么、说定了什么", Shape.TEXT, NOTE_MOST, 2, hint="企业也看得到")
EVER_MOST = 50  # visits of one ticket: the list on its page has an end
