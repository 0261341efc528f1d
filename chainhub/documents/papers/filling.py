"""Putting values into the places of a .docx template: docxtpl does it, in a sandbox that knows nothing but places.

A template says `{{ 编号 }}` and no more. What repeats and what is left out is put around its lines here, as docxtpl's
own tags: a line (table row or paragraph) that names a group's place is repeated for each line of the group; a line
whose every place is empty is left out.
"""

import zipfile
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from io import BytesIO
from typing import Any
from xml.parsers import expat

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from chainhub.core.errors import Invalid
from chainhub.documents.papers.rules import PLACE, STRANGE, Values, plain

Tag = Any  # an element of lxml, which has no types of its own
LINES_MOST = 1000  # paragraphs of one value
_FILLED = ("word/document", "word/header", "word/footer")
_BROKEN = "打不开。请在 Word 或 WPS 里打开，另存为 docx 再传。"
_ELSEWHERE = "的占位只能写在正文、页眉和页脚的文字里。请把别处的删掉再传。"
_NEXT_PARAGRAPH = "\a"  # docxtpl makes a paragraph of it, like the one it stands in
_WRAPPERS = {qn(one) for one in ("w:hyperlink", "w:ins", "w:smartTag", "w:sdt")}


class _Places(SandboxedEnvironment):
    """What a template may do: name a place. No expression, filter, call or number, whoever wrote it and wherever."""

    _KNOWN = (
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.Getattr,
        nodes.For,  # the tags that are put around lines here
        nodes.If,
        nodes.Or,
    )

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,  # Jinja's name
        template_class: type[Template] | None = None,
    ) -> Template:
        """Make a template. Raises Invalid for whatever is more than places."""
        try:
            tree = self.parse(source) if isinstance(source, str) else source
        except TemplateSyntaxError as error:
            raise Invalid(_ELSEWHERE) from error
        if not all(isinstance(one, self._KNOWN) for one in tree.find_all(nodes.Node)):
            raise Invalid(_ELSEWHERE)
        return super().from_string(tree, globals, template_class)


_ENVIRONMENT = _Places(autoescape=True)


def fill(template: bytes, values: Values) -> bytes:
    """Return the document with these values in its places. What has no value is left empty. Raises Invalid."""
    paper = DocxTemplate(BytesIO(template))
    document = paper.get_docx()
    roots = [document.element, *(one.target_part.element for one in _margins(document))]
    for root in roots:
        _prepare(root)
    paper.render(_said(values), _ENVIRONMENT)
    _tidy(document.element)
    made = BytesIO()
    paper.save(made)
    return steady(made.getvalue())


def steady(archive: bytes) -> bytes:
    """Return a zip archive without the moment it was packed at: the same facts, the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(part))
    return made.getvalue()


def named(template: bytes) -> list[str]:
    """Return what stands in the template's places, in order, and whatever looks like another template language.

    Raises Invalid where it is no document, or where a place stands in what is not filled.
    """
    found: dict[str, None] = {}
    with zipfile.ZipFile(BytesIO(template)) as source:
        for name in source.namelist():
            if not name.endswith(".xml"):
                continue
            tree = parsed(source.read(name))
            filled = name.startswith(_FILLED)
            for paragraph in tree.iter(qn("w:p")) if filled else ():
                text = _text(paragraph)
                found |= dict.fromkeys(match[1] for match in PLACE.finditer(text))
                found |= dict.fromkeys(one.strip() for one in STRANGE.findall(PLACE.sub("", text)))
            if any(STRANGE.search(one) for one in _beside(tree, filled=filled)):
                raise Invalid(_ELSEWHERE)
    return list(found)


def parsed(content: bytes) -> Tag:
    """Return an XML part as a tree. Raises Invalid for one that is broken or declares a document type."""
    try:
        look = expat.ParserCreate()
        look.StartDoctypeDeclHandler = _no_doctype
        look.Parse(content, True)
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (expat.ExpatError, etree.XMLSyntaxError) as error:
        raise Invalid(_BROKEN) from error


def _no_doctype(*_: object) -> None:
    raise Invalid(_BROKEN)  # entities: Word writes none


def _beside(tree: Tag, *, filled: bool) -> Iterator[str]:
    """Give what stands in a part beside the texts of its paragraphs; of one that is not filled, everything."""
    for one in tree.iter():
        yield from one.attrib.values()
        if one.text and not (filled and one.tag == qn("w:t")):
            yield one.text
        if one.tail:
            yield one.tail


def _margins(document: Any) -> list[Any]:
    kinds = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    return [one for one in document.part.rels.values() if one.reltype in kinds]


# What is said


def _said(values: Values) -> Mapping[str, object]:
    return {
        name: _lines(value)
        if isinstance(value, str)
        else [{field: _lines(one) for field, one in line.items()} for line in value]
        for name, value in values.items()
    }


def _lines(value: str) -> Markup:
    """Return a value without empty lines; what goes beyond any paper's length runs on in its last line.

    An underscore is written as its number: docxtpl takes `{_{` for a way of writing two braces.
    """
    lines = [one.strip() for one in plain(value).split("\n") if one.strip()]
    kept = [*lines[:LINES_MOST], *([" ".join(lines[LINES_MOST:])] if lines[LINES_MOST:] else ())]
    return Markup(str(escape(_NEXT_PARAGRAPH.join(kept))).replace("_", "&#95;"))  # noqa: S704  # escaped just here


# Lines that are repeated or left out


def _prepare(root: Tag) -> None:
    paragraphs = [one for one in root.iter(qn("w:p")) if PLACE.search(_text(one))]
    rows = [one for one in root.iter(qn("w:tr")) if next(one.iterdescendants(qn("w:tr")), None) is None]
    loops = {row: group for row in rows if (group := _group(list(row.iter(qn("w:p")))))}
    inside = {each for row in loops for each in row.iter(qn("w:p"))}
    loops |= {one: group for one in paragraphs if one not in inside and (group := _group([one]))}
    may_go = [one for one in paragraphs if _may_go(one)]
    for paragraph in paragraphs:
        _unwrap(paragraph)
    for line, group in loops.items():
        _around(line, f"for {group} in {group}", "endfor")
    for line in may_go:
        places = dict.fromkeys(match[1] for match in PLACE.finditer(_text(line)))
        _around(line, f"if {' or '.join(places)}", "endif")


def _group(paragraphs: Sequence[Tag]) -> str:
    """Return the group of which a line names a place."""
    names = (match[1] for one in paragraphs for match in PLACE.finditer(_text(one)))
    return next((name.partition(".")[0] for name in names if "." in name), "")


def _may_go(paragraph: Tag) -> bool:
    """Say whether a paragraph may be left out: not the only one of a cell, nor one that carries a section."""
    if next(paragraph.iter(qn("w:sectPr")), None) is not None:
        return False
    parent = paragraph.getparent()
    return parent.tag != qn("w:tc") or len(parent.findall(qn("w:p"))) > 1


def _around(line: Tag, opening: str, closing: str) -> None:
    """Put docxtpl's tags before and behind a line, each in a line of its own, which goes with the tag."""
    row = line.tag == qn("w:tr")
    for put, tag in ((line.addprevious, opening), (line.addnext, closing)):
        made = paragraph = OxmlElement("w:p")
        paragraph.add_r().text = f"{{%{'tr' if row else 'p'} {tag} %}}"
        if row:
            made, cell = OxmlElement("w:tr"), OxmlElement("w:tc")
            made.append(cell)
            cell.append(paragraph)
        put(made)


def _unwrap(paragraph: Tag) -> None:
    """Take links and controls off the text of a paragraph: a value of several lines could not leave them."""
    for wrapper in [one for one in paragraph if one.tag in _WRAPPERS]:
        for run in wrapper.iter(qn("w:r")):
            if _nearest(run) is paragraph:
                wrapper.addprevious(run)
        paragraph.remove(wrapper)


def _tidy(root: Tag) -> None:
    """Leave no table without rows and no cell without a paragraph, which Word would call damaged."""
    for table in list(root.iter(qn("w:tbl"))):
        if table.find(qn("w:tr")) is None:
            table.getparent().remove(table)
    for cell in root.iter(qn("w:tc")):
        if cell.find(qn("w:p")) is None:
            cell.append(OxmlElement("w:p"))


def _text(paragraph: Tag) -> str:
    """Return a paragraph's text; that of a text box inside it belongs to its own paragraphs."""
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t")) if _nearest(one) is paragraph)


def _nearest(node: Tag) -> Tag:
    return next(node.iterancestors(qn("w:p")), None)
