"""An answer with its claims underlined and its citations to click, which Streamlit has no element for.

The browser builds it from text nodes only: nothing that an answer contains is ever read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from components.texts_pages import Chat
from domain.evidence import Claim
from services.messages import Message

_NARROW_PX = 640
_MARKER = re.compile(r"\[(\d{1,3})\]")

_CSS = """
.answer {font: inherit; font-size: 1.06rem; line-height: 1.6; color: var(--st-text-color);
  white-space: pre-wrap; overflow-wrap: anywhere;}
.claim {text-decoration-thickness: 2px; text-underline-offset: 4px; text-decoration-skip-ink: none;}
.supported {text-decoration: underline solid var(--st-green-color);}
.weak {text-decoration: underline dashed var(--st-orange-color);}
.unsupported {text-decoration: underline wavy var(--st-red-color);}
.citation {font: inherit; font-size: .74rem; font-weight: 700; line-height: 1.3; min-width: 1.35rem;
  margin: 0 .12rem; padding: .05rem .3rem; border: 1px solid transparent; border-radius: 5px; cursor: pointer;
  color: var(--st-blue-text-color, var(--st-link-color)); background: var(--st-blue-background-color);
  vertical-align: .12em;}
.copy {font: inherit; font-size: .8rem; display: block; margin: .5rem 0 0; padding: 0; border: none;
  background: none; cursor: pointer; color: var(--st-gray-text-color, inherit); opacity: .85;}
.copy:hover, .copy:focus-visible {color: var(--st-link-color); text-decoration: underline; outline: none;}
.citation:hover, .citation:focus-visible, .citation.chosen {border-color: var(--st-link-color);
  outline: none;}
"""

_JS = """
export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  let answer = parentElement.querySelector('.answer');
  if (!answer) {
    answer = document.createElement('div');
    answer.className = 'answer';
    parentElement.appendChild(answer);
  }
  const nodes = data.pieces.map((piece) => {
    if (piece.citation === undefined) {
      const span = document.createElement('span');
      span.textContent = piece.text;
      if (piece.mark) {
        span.className = 'claim ' + piece.mark;
        span.title = data.titles[piece.mark];
      }
      return span;
    }
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'citation' + (piece.citation === data.chosen ? ' chosen' : '');
    button.textContent = String(piece.citation);
    button.setAttribute('aria-label', data.help.replace('{number}', piece.citation));
    button.onclick = () => setTriggerValue('citation', piece.citation);
    return button;
  });
  answer.replaceChildren(...nodes);
  let copy = parentElement.querySelector('.copy');
  if (!copy) {
    copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'copy';
    parentElement.appendChild(copy);
  }
  copy.textContent = data.copy;
  copy.onclick = async () => {
    await navigator.clipboard.writeText(data.text);
    copy.textContent = data.copied;
    setTimeout(() => { copy.textContent = data.copy; }, 2000);
  };
}
"""


_SCROLL_JS = """
export default function(component) {
  const { data, parentElement } = component;
  const seen = parentElement.host ?? parentElement;
  if (seen.dataset.token === data.token || window.innerWidth > data.widest) return;
  seen.dataset.token = data.token;
  requestAnimationFrame(() => document.querySelector('.' + data.target)
    ?.scrollIntoView({ block: data.block }));
}
"""


@lru_cache(maxsize=1)
def _component() -> Any:
    # At first use: registering needs the server to run.
    return st.components.v2.component("evidentia_answer", css=_CSS, js=_JS)


@lru_cache(maxsize=1)
def _scroll() -> Any:
    return st.components.v2.component("evidentia_scroll", js=_SCROLL_JS)


def scroll_to(key: str, target: str, token: str, *, narrow_only: bool = False, block: str = "start") -> None:
    """Bring the container with the key ``target`` to the top of the page, once for each new ``token``.

    With ``narrow_only`` only where the zones stand below each other, as on a phone; ``block`` is where it
    comes to stand, as the browser's ``scrollIntoView`` names it.
    """
    widest = _NARROW_PX if narrow_only else 1_000_000
    data = {"target": f"st-key-{target}", "token": token, "widest": widest, "block": block}
    _scroll()(key=key, data=data, height=1)


def answer(message: Message, chosen: int | None, on_citation: Callable[[str, int], None]) -> None:
    """Draw an answer; ``on_citation(run_id, number)`` is called when a citation is clicked.

    ``chosen`` is the number of the citation whose passage is shown, if it is one of this answer.
    """
    key = f"answer_{message.run_id}"
    _component()(
        key=key,
        data={
            "pieces": pieces(message),
            "chosen": chosen,
            "text": message.answer or "",
            "copy": Chat.COPY,
            "copied": Chat.COPIED,
            "help": Chat.CITATION_HELP,
            "titles": {"supported": Chat.SUPPORTED, "weak": Chat.WEAK, "unsupported": Chat.UNSUPPORTED},
        },
        on_citation_change=partial(_clicked, key, message.run_id, on_citation),
    )


def _clicked(key: str, run_id: str, on_citation: Callable[[str, int], None]) -> None:
    number = st.session_state[key].get("citation")
    if isinstance(number, int):
        on_citation(run_id, number)


def pieces(message: Message) -> list[dict[str, Any]]:
    """An answer taken apart into texts, claims (``mark``) and citations, in reading order.

    Inside a claim nothing is a citation: a quoted passage may hold a ``[3]`` of its own.
    """
    text, found, position = message.answer or "", [], 0
    for claim in message.claims:
        start = text.find(claim.text, position) if claim.text else -1
        if start < 0:
            continue
        found += _between(text[position:start], message.numbers)
        found.append({"text": claim.text, "mark": _mark(claim)})
        position = start + len(claim.text)
    return found + _between(text[position:], message.numbers)


def _mark(claim: Claim) -> str | None:
    if claim.supported is None:
        return None
    if claim.supported:
        return "supported"
    return "weak" if claim.weak else "unsupported"


def _between(text: str, numbers: tuple[int, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    position = 0
    for marker in _MARKER.finditer(text):
        if int(marker[1]) in numbers:
            # The space before a number would let it start a line.
            before = text[position : marker.start()].rstrip(" ")
            found += [{"text": before}] if before else []
            found.append({"citation": int(marker[1])})
            position = marker.end()
    return found + ([{"text": text[position:]}] if text[position:] else [])
