"""What the theme cannot express of the Chat page."""

from __future__ import annotations

import streamlit as st

_STYLE = """
<style>
.st-key-conversations [data-testid="stButton"] button {justify-content: flex-start; text-align: left;
  padding: .3rem .6rem; border-radius: 8px;}
.st-key-conversations [data-testid="stButton"] button > div {justify-content: flex-start; width: 100%;}
.st-key-conversations [data-testid="stHorizontalBlock"], .st-key-conversations .stHorizontalBlock
  {flex-wrap: nowrap;}
.st-key-conversations [class*="st-key-conversation_menu"] button {padding: .3rem .35rem; min-height: 0;}
.st-key-conversations [class*="st-key-conversation_menu"] [data-testid="stMarkdownContainer"]
  {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);}
[class*="st-key-conversation_open"] button {background: light-dark(#E3F2F1, #153533) !important;
  color: light-dark(#0F6E6E, #4FB9B3) !important;}
[class*="st-key-question_"] {scroll-margin-top: 4.2rem;}
[class*="st-key-question_"] [data-testid="stChatMessage"] {background: light-dark(#E3F2F1, #153533);}
[data-testid="stChatMessage"] {padding: .7rem .9rem; gap: .6rem; border-radius: 12px;}
[class*="st-key-reply_"] [data-testid="stChatMessage"] {background: transparent; padding-top: .2rem;}
.st-key-busy [role="img"] {animation: evidentia-turn 1.1s linear infinite; display: inline-block;}
@keyframes evidentia-turn {to {transform: rotate(360deg);}}
@media (prefers-reduced-motion: reduce) {.st-key-busy [role="img"] {animation: none;}}
[data-testid="stBottomBlockContainer"] {padding-top: .6rem; padding-bottom: 1.4rem;}
[class*="st-key-question_"] [data-testid="stText"], .st-key-refused [data-testid="stText"],
  [class*="st-key-live_"] [data-testid="stText"] {white-space: pre-wrap; overflow-wrap: anywhere;}
[class*="st-key-live_"] [data-testid="stText"] {font: inherit; font-size: 1.06rem; line-height: 1.6;}
[class*="st-key-strip_"] {border: 1px dashed light-dark(#D5D9E0, #313D4E); border-radius: 8px;
  padding: .35rem .7rem;}
.st-key-evidence_panel {scroll-margin-top: 3.6rem;}
@media (max-width: 640px) {
  [data-testid="stBottomBlockContainer"] [data-testid="stColumn"]:last-child {display: none;}
}
@media (min-width: 641px) {
  [data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"]
    {padding-left: 2.2rem; padding-right: 2.2rem;}
  [data-testid="stLayoutWrapper"]:has(> .st-key-evidence_panel) {position: sticky; top: 3.4rem;}
  .st-key-evidence_panel {max-height: calc(100vh - 10rem); overflow-y: auto; padding: 2px 6px 2px 2px;}
}
</style>
"""


def style() -> None:
    """Apply it; once per run of the page."""
    st.html(_STYLE)
