"""Resources, for admins: language models, embeddings, rerankers, and the people who may sign in."""

import streamlit as st

from components import layout, resources, resources_form, resources_users, session
from components.texts import Pages
from components.texts_resources import Resources
from domain.models import ModelKind
from domain.users import Role
from services import setup

user = session.require(Role.ADMIN)
installation = setup.current()
layout.page_header(Pages.RESOURCES, Resources.SUBTITLE)
resources.problem()

# Only the open tab is drawn: the others would ask the database for nothing.
tabs = st.tabs(list(Resources.TABS.values()), key="resources_tab", on_change="rerun")
for tab, kind in zip(tabs, Resources.TABS, strict=True):
    if tab.open:
        with tab:
            if kind == resources_users.TAB:
                resources_users.users_tab(installation, user)
            else:
                resources.models_tab(installation, user, ModelKind(kind))

resources_form.draw(installation, user)
resources_users.draw(installation, user)
