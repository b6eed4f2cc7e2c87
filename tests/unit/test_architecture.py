"""The rooms and the direction between them, checked by walking the imports (docs/adr/0001)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("pages", "components", "services", "pipelines", "domain")
MAY_IMPORT = {
    "Home": {"components", "services", "domain"},
    "pages": {"components", "services", "domain"},
    "components": {"components", "services", "domain"},
    "services": {"services", "pipelines", "domain"},
    "pipelines": {"pipelines", "domain"},
    "domain": {"domain"},
    "manage": {"services", "pipelines", "domain"},
}
ONLY_IN = {
    "streamlit": {"Home", "pages", "components"},
    "streamlit_authenticator": {"components"},
    "plotly": {"components"},
    "sqlalchemy": {"services"},
    "alembic": {"services"},
    "haystack": {"pipelines"},
    "pymilvus": {"pipelines"},
    "onnxruntime": {"pipelines"},
    "tokenizers": {"pipelines"},
    "pypdf": {"pipelines"},
    "pypdfium2": {"pipelines"},
    "openai": {"pipelines"},
    "httpx": {"pipelines"},
    "xllamacpp": {"pipelines"},
    "cryptography": {"services"},
}
MAX_LINES = {"Home": 150, "pages": 150, "components": 400, "services": 400, "pipelines": 400, "domain": 400}


def modules() -> list[Path]:
    found = [ROOT / "Home.py", ROOT / "manage.py"]
    for room in ROOMS:
        found += sorted((ROOT / room).rglob("*.py"))
    return found


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    tops = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            tops.add(node.module.split(".")[0])
    return tops


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    room, tops = room_of(path), imports(path)
    ours = tops & set(ROOMS)
    assert ours <= MAY_IMPORT[room], f"{room} may not import {ours - MAY_IMPORT[room]}"
    foreign = {top for top in tops if room not in ONLY_IN.get(top, {room})}
    assert not foreign, f"{foreign} do not belong into {room}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_to_be_read(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES.get(room_of(path), 400)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.name)
def test_a_page_begins_with_its_guard(path: Path) -> None:
    statements = [
        ast.unparse(node)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef))
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert "session.require(" in statements[0]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_components_run_in_pipelines_only(path: Path) -> None:
    may_run = {"runner", "subprocess", "page", "ingest_command", "self._session"}
    if path.name == "runner.py":
        may_run.add("loaded.pipeline")
    runs = [
        ast.unparse(node.func.value)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run"
    ]
    assert set(runs) <= may_run


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_sql_and_filters_are_never_pasted_from_strings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [ast.unparse(call.func) for call in calls]
    assert not [name for name in names if re.fullmatch(r"(sa\.|sqlalchemy\.)?text", name)]
    assert not [name for name in names if name in {"eval", "exec", "pickle.loads", "yaml.load"}]
