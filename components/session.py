"""Who is looking: the sign-in form, the cookie that survives a reload, and the guard of every page.

streamlit-authenticator draws the form and writes the cookie. It is made anew when needed and belongs to
one session. Users, passwords, failures and sessions are the services' business (``services.sign_in``):
nothing that the library or the browser remembers is believed without asking them.
"""

from __future__ import annotations

import contextlib
from typing import Any, NoReturn

import streamlit as st
from streamlit_authenticator import Authenticate
from streamlit_authenticator.models.authentication_model import AuthenticationModel

from components import layout, writing
from components.texts import Account, Errors, Password, Roles, SignIn
from domain.errors import EvidentiaError, InvalidInput, SignInFailed
from domain.users import Role, User
from services import setup, sign_in, users
from services.installation import Installation

_GRANT = "evidentia_grant"
_COOKIE = "evidentia_cookie"
_NOTICE = "evidentia_notice"
_IGNORE_COOKIE = "evidentia_ignore_cookie"
_FORM = "sign_in"


def user() -> User | None:
    """The signed-in user, read anew from the database; ``None`` when nobody is, or not any more."""
    installation = setup.current()
    grant = _grant(installation)
    if grant is None:
        return None
    found = sign_in.resume(installation, grant)
    if found is None:
        was_signed_in = _GRANT in st.session_state
        _forget(SignIn.ENDED if was_signed_in else None)
        return None
    st.session_state[_GRANT] = grant
    return found


def gate(found: User | None) -> bool:
    """Whether ``found``, from ``user``, may go on; else draws what is missing (sign-in or own password)."""
    installation = setup.current()
    # Always there, so that nothing below moves, and loses a click, when the browser is done with the cookie.
    cookies = st.container(key=_COOKIE)
    if found is None or _COOKIE in st.session_state:
        with cookies:
            authenticator, manager = _authenticator(installation)
            _write_cookie(manager)
        if found is None:
            _sign_in_form(authenticator)
            return False
    if found.must_change_password:
        _forced_password_form(found)
        return False
    return True


def is_settled() -> bool:
    """Whether the browser holds the session's cookie, so that the page may be loaded anew."""
    return _COOKIE not in st.session_state


def require(*roles: Role, fragment: bool = False) -> User:
    """The signed-in user, who has one of ``roles`` if any are given. First statement of every page.

    Anyone else gets the sign-in form or a sentence, and the page ends here. In a fragment
    (``fragment=True``) a lost session reruns the whole page instead, which then shows the form.
    """
    found = user()
    if found is None or found.must_change_password:
        if fragment:
            st.rerun()
        gate(found)
        st.stop()
    if roles and found.role not in roles:
        _refuse(found, roles)
    return found


def sign_out() -> None:
    """End this browser's session: the grant is revoked and the cookie deleted. Use it as ``on_click``.

    A copy of the cookie is worthless from now on; other browsers of the same user stay signed in.
    """
    grant = st.session_state.get(_GRANT)
    if grant is not None:
        sign_in.sign_out(setup.current(), grant)
    _forget(SignIn.SIGNED_OUT)
    st.session_state[_COOKIE] = None


def sign_out_everywhere() -> None:
    """End all sessions of the signed-in user, on every device, this one included. Use it as ``on_click``."""
    found = user()
    if found is not None:
        sign_in.sign_out_everywhere(setup.current(), found)
    _forget(SignIn.SIGNED_OUT)
    st.session_state[_COOKIE] = None


def password_form(found: User, key: str) -> bool:
    """Draw the form that changes one's own password; ``True`` in the run in which it did.

    All sessions end with the old password; this one gets a new grant and goes on.
    """
    with st.form(key, enter_to_submit=True):
        current = st.text_input(Password.CURRENT, type="password", autocomplete="current-password")
        new = st.text_input(Password.NEW, type="password", autocomplete="new-password")
        st.caption(Password.RULE)
        repeat = st.text_input(Password.REPEAT, type="password", autocomplete="new-password")
        submitted = st.form_submit_button(Password.SUBMIT, type="primary")
    if not submitted:
        return False
    installation = setup.current()
    try:
        if new != repeat:
            raise InvalidInput(Password.DIFFERENT)
        users.change_password(installation, found, current, new)
    except EvidentiaError as error:
        layout.error_box(error)
        return False
    _remember(installation, sign_in.renew(installation, found))
    return True


class _Users(AuthenticationModel):  # type: ignore[misc]
    """The library's list of users, replaced by a question to the database at each attempt.

    The library's own check knows no lock, answers sooner for unknown names and trusts a dictionary that
    every rerun builds anew.
    """

    def __init__(self, installation: Installation) -> None:
        super().__init__({"usernames": {}}, auto_hash=False)
        self._installation = installation

    def login(self, username: str, password: str, *arguments: Any, **options: Any) -> bool:
        """Sign in as the library does, but say so when a field is empty. Raises ``SignInFailed``."""
        if not username or not password:
            raise SignInFailed(SignIn.EMPTY)
        return bool(super().login(username, password, *arguments, **options))

    def check_credentials(self, username: str, password: str) -> bool:
        """Check name and password; raises ``SignInFailed`` with the reason."""
        found, grant = sign_in.sign_in(self._installation, username, password)
        _remember(self._installation, grant)
        self.credentials["usernames"] = {username: {"name": found.name}}
        return True


class _Cookies:
    """The library's cookie controller without its token, which could not be revoked."""

    def get_cookie(self) -> None:
        """Nothing: the cookie is read by ``user``, on the first run already."""

    def set_cookie(self) -> None:
        """Nothing: ``_write_cookie`` writes it, in as many runs as the browser needs."""


def _authenticator(installation: Installation) -> tuple[Any, Any]:
    authenticator = Authenticate(
        {"usernames": {}},
        sign_in.COOKIE_NAME,
        installation.cookie_key,
        installation.settings.session_days,
        auto_hash=False,
        login_sleep_time=0,
    )
    manager = authenticator.cookie_controller.cookie_model.cookie_manager
    authenticator.cookie_controller = _Cookies()
    authenticator.authentication_controller.authentication_model = _Users(installation)
    return authenticator, manager


def _grant(installation: Installation) -> sign_in.Grant | None:
    held: sign_in.Grant | None = st.session_state.get(_GRANT)
    if held is not None or st.session_state.get(_IGNORE_COOKIE):
        return held
    return sign_in.from_token(installation, st.context.cookies.get(sign_in.COOKIE_NAME))


def _sign_in_form(authenticator: Any) -> None:
    fields = {
        "Form name": SignIn.TITLE,
        "Username": SignIn.NAME,
        "Password": SignIn.PASSWORD,
        "Login": SignIn.SUBMIT,
    }
    with layout.narrow():
        layout.brand()
        # Always there, so that the form keeps its place when the notice goes.
        slot = st.empty()
        if _NOTICE in st.session_state:
            slot.info(st.session_state[_NOTICE], icon=":material/info:")
        try:
            authenticator.login("main", fields=fields, key=_FORM)
        except EvidentiaError as error:
            slot.empty()
            layout.error_box(error)
    if _GRANT in st.session_state:
        st.session_state.pop(_NOTICE, None)
        st.rerun()


def _forced_password_form(found: User) -> None:
    with layout.narrow():
        layout.brand()
        st.subheader(Password.FORCED_TITLE, anchor=False)
        st.markdown(Password.FORCED)
        changed = password_form(found, "forced_password")
        st.button(Account.SIGN_OUT, type="tertiary", on_click=sign_out)
    if changed:
        st.rerun()


def _refuse(found: User, roles: tuple[Role, ...]) -> NoReturn:
    allowed = writing.listed([Roles.MANY[role] for role in roles])
    st.error(
        Errors.NOT_ALLOWED.format(roles=allowed, role=Roles.NAMES[found.role].lower()),
        icon=":material/block:",
    )
    st.stop()


def _remember(installation: Installation, grant: sign_in.Grant) -> None:
    st.session_state[_GRANT] = grant
    st.session_state[_COOKIE] = (sign_in.to_token(installation, grant), grant)
    st.session_state.pop(_IGNORE_COOKIE, None)


def _forget(notice: str | None) -> None:
    # The next person at this screen must find nothing of the last one.
    st.session_state.clear()
    # The browser sends its old cookie until it connects anew.
    st.session_state[_IGNORE_COOKIE] = True
    if notice:
        st.session_state[_NOTICE] = notice


def _write_cookie(manager: Any) -> None:
    """Have the browser set or delete the cookie; drawn in every run until it says that it did.

    A rerun may take the component away before the browser has run it.
    """
    if _COOKIE not in st.session_state:
        return
    if st.session_state[_COOKIE] is None:
        key = "cookie_delete"
        with contextlib.suppress(KeyError):  # the library also deletes from a copy that may lack it
            manager.delete(sign_in.COOKIE_NAME, key=key)
    else:
        token, grant = st.session_state[_COOKIE]
        key = f"cookie_set_{grant.id}"
        secure = (st.context.url or "").startswith("https:")
        manager.set(sign_in.COOKIE_NAME, token, key=key, expires_at=grant.ends_at, secure=secure)
    if st.session_state.get(key):
        del st.session_state[_COOKIE]
