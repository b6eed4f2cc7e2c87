"""The sentences for people in services, pipelines and domain, found in their source."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

from domain import errors

ROOMS = ("services", "pipelines", "domain")
TERMINAL = {"services/doctor.py", "services/evaluation.py", "services/ingest_command.py"}
"""What only the command line says, which speaks English."""
FOR_MODELS = {"pipelines/prompts.py", "pipelines/rewriting.py"}
"""What is said to a language model and never to a person."""
FOR_PROGRAMMERS = {"pipelines/store/filters.py", "pipelines/metrics.py"}
"""What only wrong code can meet."""
NO_SENTENCES = {"SAMPLE", "REQUEST", "QUESTION", "PASSAGES"}
"""Constants that hold what a model is tried with."""
PROBES = {"How long is a vector?"}
"""What a model is asked in passing."""

_SENTENCE = re.compile(r"(?!SELECT ).*\w .*[.?!]", re.DOTALL)
_LOGS = re.compile(r"(_log|log|logger|logging)\.|warnings\.warn")
_ERRORS = {name for name in vars(errors) if name[0].isupper()}


def said(root: Path) -> Iterator[tuple[str, str]]:
    """Where each sentence stands, and the sentence with ``{}`` for what is put into it."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            name = str(path.relative_to(root))
            if name not in TERMINAL | FOR_MODELS | FOR_PROGRAMMERS:
                for line, text in _Module(ast.parse(path.read_text(encoding="utf-8"))).sentences():
                    yield f"{name}:{line}", text


class _Module:
    """Strings that read like a sentence, and all that errors for people are made of."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._constants: dict[str, str] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._constants[node.targets[0].id] = self._text(node.value) or ""
        self._left_out = self._not_for_people()
        self._given = self._given_to_errors()

    def sentences(self) -> Iterator[tuple[int, str]]:
        for node in self._strings(self._tree):
            text = self._text(node) or ""
            letters = re.sub(r"\{\}", "", text).strip(" .“”")
            if letters and text not in PROBES and (id(node) in self._given or _SENTENCE.fullmatch(text)):
                yield node.lineno, text

    def _strings(self, node: ast.AST) -> Iterator[ast.expr]:
        for child in ast.iter_child_nodes(node):
            if id(child) in self._left_out:
                continue
            if isinstance(child, ast.expr) and not isinstance(child, ast.Name) and self._text(child):
                yield child
                for inner in ast.walk(child):
                    if isinstance(inner, ast.IfExp):
                        yield from self._strings(inner)
            else:
                yield from self._strings(child)

    def _text(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name):
            return self._constants.get(node.id)
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            return "".join(map(str, parts))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left), self._text(node.right)
            if left is not None or right is not None:
                return f"{'{}' if left is None else left}{'{}' if right is None else right}"
        return None

    def _not_for_people(self) -> set[int]:
        """Docstrings, log messages, what is given to Python's own errors, and trials of models."""
        found = set()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Expr):
                silent = isinstance(node.value, ast.Constant)
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                silent = bool(_LOGS.match(called)) or (called in vars(builtins) and called.endswith("Error"))
            else:
                silent = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in NO_SENTENCES
            if silent:
                found.add(id(node))
        for function in self._functions():
            own = self._messages(function, lambda name: name not in _ERRORS and hasattr(builtins, name))
            found |= self._assigned(function, own - self._messages(function, _ERRORS.__contains__))
        return found

    def _given_to_errors(self) -> set[int]:
        found = set()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _ERRORS:
                found.add(id(node.args[0]))
        for function in self._functions():
            found |= self._assigned(function, self._messages(function, _ERRORS.__contains__))
        return found

    def _functions(self) -> list[ast.FunctionDef]:
        return [node for node in ast.walk(self._tree) if isinstance(node, ast.FunctionDef)]

    @staticmethod
    def _messages(function: ast.FunctionDef, is_error) -> set[str]:
        """The variables that errors are made of."""
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args]
        calls = [call for call in calls if is_error(ast.unparse(call.func))]
        return {call.args[0].id for call in calls if isinstance(call.args[0], ast.Name)}

    @staticmethod
    def _assigned(function: ast.FunctionDef, names: set[str]) -> set[int]:
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        return {id(node.value) for node in assigned if ast.unparse(node.targets[0]) in names}
