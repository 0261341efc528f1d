"""Putting values into the places of a .docx template.

Own code, because docxtpl is not among the locked packages; it does less on purpose. A value is text put into the
document tree, so it can neither be executed nor break the file. A line (table row or paragraph) that names a
group's place is repeated for each line of the group; a line whose every place is empty is left out.
"""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.dom import minidom  # every document type is refused before
from xml.dom.minidom import Node
from xml.parsers import expat

from chainhub.core.errors import Invalid
from chainhub.documents.papers.rules import PLACE, STRANGE, Line, Values, plain

Tag = Any  # a node of the tree: the stubs say of every parent that there may be none
LINES_MOST = 1000  # paragraphs of one value
_FILLED = ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes")
_BROKEN = "打不开。请在 Word 或 WPS 里打开，另存为 docx 再传。"


def fill(template: bytes, values: Values) -> bytes:
    """Return the document with these values in its places. What has no value is left empty."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(template)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            content = source.read(part)
            if _is_filled(part.filename):
                content = _filled(content, values)
            entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))  # the same facts, the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return made.getvalue()


def named(template: bytes) -> list[str]:
    """Return what stands in the template's places, in order, and whatever looks like another template language.

    Raises Invalid where it is no document.
    """
    found: dict[str, None] = {}
    with zipfile.ZipFile(BytesIO(template)) as source:
        for name in source.namelist():
            if _is_filled(name):
                tree = parsed(source.read(name))
                for paragraph in _all(tree, "w:p"):
                    text = "".join(_text(one) for one in _texts(paragraph))
                    found |= dict.fromkeys(match[1] for match in PLACE.finditer(text))
                    found |= dict.fromkeys(STRANGE.findall(text))
                tree.unlink()
    return list(found)


def parsed(content: bytes) -> Tag:
    """Return an XML part as a tree. Raises Invalid for one that is broken or declares a document type."""
    try:
        look = expat.ParserCreate()
        look.StartDoctypeDeclHandler = _no_doctype
        look.Parse(content, True)
        return minidom.parseString(content)  # noqa: S318  # looked through above
    except expat.ExpatError as error:
        raise Invalid(_BROKEN) from error


def _no_doctype(*_: object) -> None:
    raise Invalid(_BROKEN)  # entities: Word writes none


def _is_filled(name: str) -> bool:
    return name.endswith(".xml") and name.startswith(_FILLED)


def _filled(content: bytes, values: Values) -> bytes:
    tree = parsed(content)
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    groups = {name: value for name, value in values.items() if not isinstance(value, str)}
    paragraphs = _all(tree, "w:p")
    repeated = [one for one in (*_all(tree, "w:tr"), *paragraphs) if _group(one)]
    repeated = [one for one in repeated if not any(_within(one, other) for other in repeated)]
    for paragraph in paragraphs:
        if not any(paragraph is one or _within(paragraph, one) for one in repeated):
            _fill(paragraph, texts)
    # Last, and each paragraph once: what somebody wrote is never looked through for places.
    for line in repeated:
        _repeat(line, texts, groups)
    made: bytes = tree.toxml(encoding="UTF-8", standalone=True)
    tree.unlink()
    return made


# Lines that are repeated


def _group(line: Tag) -> str:
    """Return the group of which a line names a place; a row that holds a whole table does not count."""
    if line.tagName == "w:tr" and any(_all(line, "w:tr")):
        return ""
    own = [line] if line.tagName == "w:p" else _all(line, "w:p")
    names = (match[1] for one in own for match in PLACE.finditer(_said(one)))
    return next((name.partition(".")[0] for name in names if "." in name), "")


def _repeat(line: Tag, texts: Line, groups: dict[str, Sequence[Line]]) -> None:
    group, parent = _group(line), line.parentNode
    for each in groups.get(group, ()):
        made = line.cloneNode(deep=True)
        parent.insertBefore(made, line)
        said = {**texts, **{f"{group}.{name}": value for name, value in each.items()}}
        for paragraph in [made] if made.tagName == "w:p" else _all(made, "w:p"):
            _fill(paragraph, said)
    parent.removeChild(line)
    if parent.tagName == "w:tbl" and not any(_children(parent, "w:tr")):
        parent.parentNode.removeChild(parent)


# One paragraph


def _fill(paragraph: Tag, texts: Line) -> None:
    """Put values into a paragraph's places. Word may have cut a place into several runs; the first keeps it."""
    nodes = _texts(paragraph)
    said = [_text(one) for one in nodes]
    places = list(PLACE.finditer("".join(said)))
    if not places:
        return
    values = [_lines(texts.get(one[1], "")) for one in places]
    if not any(values) and _may_go(paragraph):
        paragraph.parentNode.removeChild(paragraph)
        return
    for match, value in reversed(list(zip(places, values, strict=True))):
        _put(said, match.start(), match.end(), value)
    for node, text in zip(nodes, said, strict=True):
        _write(node, text)
    for node in nodes:
        _break(node)


def _lines(value: str) -> str:
    """Return a value without empty lines; what goes beyond any paper's length runs on in its last line."""
    lines = [one.strip() for one in plain(value).split("\n") if one.strip()]
    return "\n".join((*lines[:LINES_MOST], *([" ".join(lines[LINES_MOST:])] if lines[LINES_MOST:] else ())))


def _put(said: list[str], start: int, end: int, value: str) -> None:
    """Put a value where a place begins, and take the rest of the place out of the runs it reaches into."""
    before = 0
    for place, text in enumerate(said):
        begin, until = max(start - before, 0), min(end - before, len(text))
        if begin < until:
            said[place] = text[:begin] + (value if start >= before else "") + text[until:]
        before += len(text)


def _may_go(paragraph: Tag) -> bool:
    """Say whether a paragraph may be left out: not the only one of a cell, nor one that carries a section."""
    if any(_all(paragraph, "w:sectPr")):
        return False
    parent = paragraph.parentNode
    return parent.tagName != "w:tc" or sum(1 for _ in _children(parent, "w:p")) > 1


def _break(node: Tag) -> None:
    """Make each line of a text a paragraph like its own; what stood behind it goes into the last one."""
    first, *more = _text(node).split("\n")
    if not more:
        return
    run = node.parentNode
    paragraph = run.parentNode
    if getattr(paragraph, "tagName", "") != "w:p":  # in a link or the like, which cannot be cut
        _write(node, " ".join((first, *more)))
        return
    _write(node, first)
    behind, runs_behind = _after(node), _after(run)
    place = paragraph.nextSibling
    for line in more:
        made = _like(paragraph, "w:pPr")
        made_run = made.appendChild(_like(run, "w:rPr"))
        text = made_run.appendChild(node.cloneNode(deep=False))
        _write(text, line)
        paragraph.parentNode.insertBefore(made, place)
    for one in behind:
        made_run.appendChild(one)
    for one in runs_behind:
        made.appendChild(one)


def _after(node: Tag) -> list[Tag]:
    siblings = node.parentNode.childNodes
    return list(siblings[siblings.index(node) + 1 :])


def _like(one: Tag, properties: str) -> Tag:
    """Return an empty paragraph or run with the same properties."""
    made: Tag = one.cloneNode(deep=False)
    for each in _children(one, properties):
        made.appendChild(each.cloneNode(deep=True))
    return made


# The tree


def _all(tree: Tag, tag: str) -> list[Tag]:
    return list(tree.getElementsByTagName(tag))


def _children(parent: Tag, tag: str) -> Iterator[Tag]:
    return (one for one in parent.childNodes if getattr(one, "tagName", "") == tag)


def _within(node: Tag, outer: Tag) -> bool:
    above = node.parentNode
    while above is not None and above is not outer:
        above = above.parentNode
    return above is not None


def _texts(paragraph: Tag) -> list[Tag]:
    """Return the texts of a paragraph, those of a text box inside it left to their own paragraphs."""
    return [one for one in _all(paragraph, "w:t") if _nearest(one) is paragraph]


def _nearest(node: Tag) -> Tag:
    above = node.parentNode
    while above is not None and getattr(above, "tagName", "") != "w:p":
        above = above.parentNode
    return above


def _said(paragraph: Tag) -> str:
    return "".join(_text(one) for one in _texts(paragraph))


def _text(node: Tag) -> str:
    return "".join(
        one.data for one in node.childNodes if one.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE)
    )


def _write(node: Tag, text: str) -> None:
    while node.firstChild is not None:
        node.removeChild(node.firstChild)
    node.appendChild(node.ownerDocument.createTextNode(text))
    node.setAttribute("xml:space", "preserve")
