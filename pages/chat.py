"""Chat."""

from components import layout, session
from components.texts import Pages

user = session.require()
layout.page_header(Pages.CHAT)
