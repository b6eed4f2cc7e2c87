"""Reads Markdown: headings become sections, marks of emphasis and links become plain words."""

from __future__ import annotations

import re
from pathlib import Path

from domain.documents import Heading, MediaType, Page, ParsedDocument
from domain.errors import UnreadableDocument
from domain.progress import Progress
from pipelines.readers.base import STAGE, reads, title_from
from pipelines.readers.text import decoded

_FRONT_MATTER = re.compile(r"\A---[ ]*\n(.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
# Read line by line and not as YAML: a few plain facts are wanted, not what a YAML file can do.
_FACT = re.compile(r"(title|author|date|description|subtitle)[ ]*:[ ]*(.+)", re.IGNORECASE)
_ATX = re.compile(r"[ ]{0,3}(#{1,6})(?:[ ]+(.*?))?(?:[ ]+#+)?[ ]*")
_SETEXT = re.compile(r"[ ]{0,3}(=+|-+)[ ]*")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"[ ]{0,3}(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})")
_ITEM = re.compile(r"[ ]*(?:[-*+]|\d{1,9}[.)])[ ]+")
_TABLE_RULE = re.compile(r"[ ]*\|?[ ]*:?-{2,}:?[ ]*(?:\|[ ]*:?-{2,}:?[ ]*)+\|?[ ]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\[[^\]\n]*\]"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"(`+)(.+?)\1"), r"\2"),
    (re.compile(r"(\*\*\*|\*\*|~~)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)"), r"\1"),
    (re.compile(r"(?<!\w)(__?)(?=\S)(.+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])"), r"\1"),
)


@reads(MediaType.MARKDOWN)
def read_markdown(path: Path, name: str, progress: Progress) -> ParsedDocument:
    """Read the Markdown file at ``path`` as one page.

    Raises ``UnreadableDocument`` when the bytes are not text or hold nothing but white space.
    """
    source, facts = _front_matter(decoded(path, name).replace("\f", "\n"))
    text, headings = _Converter(_COMMENT.sub("", source)).convert()
    if not text:
        raise UnreadableDocument(f"“{name}” holds no text; upload a file that has content.")
    progress(STAGE, 1, 1)
    title = facts.pop("title", "") or _first_title(headings) or title_from(name)
    return ParsedDocument(MediaType.MARKDOWN, title, (Page(1, text),), headings, facts)


def _front_matter(source: str) -> tuple[str, dict[str, str]]:
    block = _FRONT_MATTER.match(source)
    if block is None:
        return source, {}
    found = (_FACT.fullmatch(line.strip()) for line in block[1].split("\n"))
    facts = {fact[1].lower(): fact[2].strip().strip("\"'") for fact in found if fact}
    return source[block.end() :], facts


def _first_title(headings: tuple[Heading, ...]) -> str:
    return next((heading.title for heading in headings if heading.level == 1), "")


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


class _Converter:
    """Goes through the lines once; lines of a paragraph are gathered until something ends it."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._blocks: list[str] = []
        self._length = 0
        self._paragraph: list[str] = []
        self._headings: list[Heading] = []
        self._fence: str | None = None
        self._glue = "\n\n"  # before the next paragraph; one line feed between items of a list

    def convert(self) -> tuple[str, tuple[Heading, ...]]:
        """The readable text, and its headings with their offsets into it."""
        for line in self._lines:
            if self._fence is not None:
                self._inside_fence(line)
            else:
                self._outside_fence(line.rstrip())
        self._end_paragraph()
        return "".join(self._blocks), tuple(self._headings)

    def _outside_fence(self, line: str) -> None:
        if fence := _FENCE.match(line):
            self._end_paragraph()
            self._fence = fence[1]
            self._add(line.strip(), "\n\n")
        elif not line.strip():
            self._end_paragraph()
        elif heading := _ATX.fullmatch(line):
            self._end_paragraph()
            self._add_heading(len(heading[1]), heading[2] or "")
        elif self._paragraph and (underline := _SETEXT.fullmatch(line)):
            title = " ".join(self._paragraph)
            self._paragraph.clear()
            self._add_heading(1 if underline[1][0] == "=" else 2, title)
        elif _RULE.fullmatch(line):
            self._end_paragraph()
        else:
            self._paragraph_line(line)

    def _paragraph_line(self, line: str) -> None:
        if _TABLE_RULE.fullmatch(line):
            return
        line = re.sub(r"^[ ]{0,3}(?:>[ ]?)+", "", line)
        if _ITEM.match(line) or line.lstrip().startswith("|"):
            self._end_paragraph(apart=not self._paragraph)
        if line.strip():
            self._paragraph.append(line.strip().strip("|").strip())

    def _inside_fence(self, line: str) -> None:
        self._add(line.rstrip(), "\n")
        closing = line.strip()
        if self._fence and closing.startswith(self._fence) and not closing.strip(self._fence[0]):
            self._fence = None

    def _add_heading(self, level: int, title: str) -> None:
        title = " ".join(_plain(title).split())
        if title:
            self._add(title, "\n\n")
            self._headings.append(Heading(level, title, 1, self._length - len(title)))

    def _end_paragraph(self, *, apart: bool = True) -> None:
        if self._paragraph:
            text = " ".join(_plain(" ".join(self._paragraph)).split())
            self._paragraph.clear()
            self._add(text, self._glue)
        self._glue = "\n\n" if apart else "\n"

    def _add(self, text: str, glue: str) -> None:
        if self._blocks:
            self._blocks.append(glue)
            self._length += len(glue)
        self._blocks.append(text)
        self._length += len(text)
