"""Document readers: a file in, text with pages, lines, headings and metadata out.

A reader is one module of this package with one function under ``@reads(…)``, imported below
(docs/extending.md).
"""

from __future__ import annotations

from pipelines.readers import markdown, pdf, text
from pipelines.readers.base import READERS, read
from pipelines.readers.component import DocumentReader
from pipelines.readers.detect import detect

__all__ = ["READERS", "DocumentReader", "detect", "markdown", "pdf", "read", "text"]
