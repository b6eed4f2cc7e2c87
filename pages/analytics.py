"""Analytics, for analysts and admins."""

from components import layout, session
from components.texts import Pages
from domain.users import Role

user = session.require(Role.ANALYST, Role.ADMIN)
layout.page_header(Pages.ANALYTICS)
