"""How the pages look to the person who looks: their language, and the theme that their browser uses.

Streamlit keeps the theme in the browser, separately for each address, and its own menu is not shown. So a
script in the page writes what the person prefers for all addresses, and reloads once if that looks otherwise
than what is drawn. It does so after signing in on another browser, too.
"""

from __future__ import annotations

import json

import streamlit as st

from components import translation
from domain.preferences import Preferences
from domain.users import User
from services import preferences, setup

_THEMES = {"system": None, "light": "Light", "dark": "Dark"}
"""The names that Streamlit stores; nothing is stored where the browser's own setting counts."""

_SCRIPT = """
<script>
(() => {
  const { theme, pages, language } = %s;
  document.documentElement.lang = language;
  const path = window.location.pathname.replace(/\\/$/, '');
  const page = pages.find((name) => name && path.endsWith('/' + name)) ?? '';
  const base = page ? path.slice(0, -page.length) : path + '/';
  let changed = false;
  for (const name of pages) {
    const key = `stActiveTheme-${base}${name}-v2`;
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null');
    if ((kept === 'System' ? null : kept) === theme) continue;
    changed = true;
    if (theme === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(theme));
  }
  if (!changed) return;
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'Dark' : 'Light';
  const drawn = getComputedStyle(document.querySelector('[data-testid="stApp"]')).colorScheme;
  if (drawn !== (theme ?? system).toLowerCase()) window.location.reload();
})();
</script>
"""


def chosen(user: User | None) -> Preferences:
    """What ``user`` prefers; from now on texts are in their language, and nobody's in the browser's."""
    found = Preferences() if user is None else preferences.of(setup.current(), user)
    translation.choose(found.interface)
    return found


def theme(wanted: str, pages: list[str]) -> None:
    """Have the browser use a theme at all ``pages``, of which the addresses' last parts are given."""
    values = {"theme": _THEMES[wanted], "pages": pages, "language": translation.language()}
    with st.container(key="evidentia_theme"):
        st.html(_SCRIPT % json.dumps(values), unsafe_allow_javascript=True)
