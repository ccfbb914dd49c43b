"""XML from strangers: expat with line numbers, no DTD, no entities, nothing fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from bim_supervise.core.errors import InputRefused


@dataclass(slots=True)
class XmlNode:
    """An element: local name, namespace, text, line of its start tag, and children."""

    name: str
    namespace: str
    line: int
    text: str = ""
    children: list[XmlNode] = field(default_factory=list)

    def each(self, name: str) -> Iterator[XmlNode]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def child(self, name: str) -> XmlNode | None:
        """The first child of that name."""
        return next(self.each(name), None)

    def value(self, name: str) -> str | None:
        """The stripped text of the first child of that name; None when absent or empty."""
        found = self.child(name)
        return None if found is None else found.text.strip() or None


class _Builder:
    def __init__(self, ignore: Collection[str]) -> None:
        self.root: XmlNode | None = None
        self._stack: list[XmlNode] = []
        self._ignore = ignore
        self._ignored_depth = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _doctype(self, *_: object) -> None:
        raise InputRefused(
            "xml_doctype",
            f"line {self.parser.CurrentLineNumber}: the XML declares a DOCTYPE, which plans never need.",
            "Remove the DOCTYPE, or export the plan again.",
            line=self.parser.CurrentLineNumber,
        )

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if self._ignored_depth:
            self._ignored_depth += 1
            return
        namespace, _separator, name = tag.rpartition(" ")
        if name in self._ignore:
            self._ignored_depth = 1
            return
        node = XmlNode(name=name, namespace=namespace, line=self.parser.CurrentLineNumber)
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self.root = node
        self._stack.append(node)

    def _end(self, _: str) -> None:
        if self._ignored_depth:
            self._ignored_depth -= 1
        else:
            self._stack.pop()

    def _characters(self, text: str) -> None:
        if self._stack and not self._ignored_depth:
            self._stack[-1].text += text


def read_xml(path: Path, *, ignore: Collection[str] = ()) -> XmlNode:
    """The tree of an XML file without the elements named in ``ignore``.

    Raises:
        InputRefused: ``xml_malformed`` with line and column, ``xml_doctype``, ``xml_encoding``.
    """
    builder = _Builder(ignore)
    with path.open("rb") as stream:
        try:
            while block := stream.read(1 << 20):
                builder.parser.Parse(block, False)
            builder.parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code) or "unknown error"
            if error.code in (18, 19):  # unknown or incorrect encoding
                raise InputRefused(
                    "xml_encoding",
                    f"line {error.lineno}: the XML is in an encoding that cannot be read ({reason}).",
                    "Save the plan as UTF-8.",
                    line=error.lineno,
                    problem=reason,
                ) from error
            raise InputRefused(
                "xml_malformed",
                f"line {error.lineno}, column {error.offset + 1}: the XML is malformed ({reason}).",
                "The file is damaged or was cut off: export the plan again.",
                line=error.lineno,
                column=error.offset + 1,
                reason=reason,
            ) from error
        except (LookupError, ValueError) as error:
            raise InputRefused(
                "xml_encoding",
                f"The XML is in an encoding that cannot be read ({error}).",
                "Save the plan as UTF-8.",
                problem=str(error),
            ) from error
    assert builder.root is not None  # expat refuses a document without a root element
    return builder.root
