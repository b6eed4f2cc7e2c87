"""Every text of the interface in one place, grouped by where it is shown, so that it can be translated.

Texts in braces are filled with ``str.format``. Sentences of errors come with the errors themselves.
"""

from __future__ import annotations

from components.translation import Texts
from domain.users import Role

APP_NAME = "Evidentia"


class Brand(Texts):
    """What the app says of itself."""

    TAGLINE = "Ask your own documents, and see why an answer can be trusted."


class Roles(Texts):
    """What people may be."""

    NAMES = {  # noqa: RUF012 - a table of texts
        Role.MEMBER: "Member",
        Role.ANALYST: "Analyst",
        Role.ADMIN: "Admin",
    }
    MANY = {  # noqa: RUF012 - a table of texts
        Role.MEMBER: "members",
        Role.ANALYST: "analysts",
        Role.ADMIN: "admins",
    }


class Calendar(Texts):
    """Words for dates, amounts and lists; ``components.writing`` puts them together."""

    MONTHS = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )
    SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    DAY = "{day} {month} {year}"
    SHORT_DAY = "{weekday} {day} {month} {year}"
    SHORT_HOUR = "{day} {month}, {hour}:00"
    AT = "{day}, {time}"
    DAY_IN_TABLES = "D MMM YYYY"
    IN_TABLES = "D MMM YYYY, HH:mm"
    TICKS = {"day": "%d %b\n%Y", "hour": "%H:%M\n%d %b"}  # noqa: RUF012 - a table of texts
    SEPARATORS = ".,"
    FIRST = "1"
    TODAY = "today {time}"
    YESTERDAY = "yesterday {time}"
    AND = "and"
    BYTES = ("kB", "MB", "GB")


class Pages(Texts):
    """Names of the pages in the navigation."""

    CHAT = "Chat"
    FILES = "File Index"
    ANALYTICS = "Analytics"
    RESOURCES = "Resources"
    SETTINGS = "Settings"


class SignIn(Texts):
    """The sign-in form."""

    TITLE = "Sign in"
    NAME = "User name"
    PASSWORD = "Password"  # noqa: S105 - a label
    SUBMIT = "Sign in"
    EMPTY = "Type your user name and your password."
    ENDED = "Your session has ended. Sign in again to go on."
    SIGNED_OUT = "You are signed out."


class Password(Texts):
    """The form for a new password."""

    TITLE = "Change password"
    FORCED_TITLE = "Choose your own password"
    FORCED = "You signed in with a password that someone else knows. Replace it, then you can start."
    CURRENT = "Current password"
    NEW = "New password"
    RULE = "At least 8 characters. A few unrelated words are easy to remember and hard to guess."
    REPEAT = "New password again"
    SUBMIT = "Change password"
    DIFFERENT = "The two new passwords differ. Type the same one twice."
    DONE = "Your password is changed. All your other sessions are signed out."


class Account(Texts):
    """One's own account."""

    SESSIONS = "Sessions"
    SIGN_OUT = "Sign out"
    SIGN_OUT_EVERYWHERE = "Sign out everywhere"
    SIGN_OUT_HELP = "Ends the session in this browser. Other devices stay signed in."
    EVERYWHERE_HELP = "Ends all your sessions at once, on every device, this one included."


class Errors(Texts):
    """What is shown when something is refused or goes wrong."""

    NOT_ALLOWED = "This page is for {roles}. You are signed in as {role}. Ask an admin if you need it."
    UNEXPECTED = "Something went wrong here. Try again; if it stays so, tell your admin this reference: {id}."
    LOOPBACK_ONLY = (
        "This installation still has its initial password, so it answers only on the machine it runs on. "
        "Open http://127.0.0.1:{port} there, sign in and choose a password."
    )
    PUBLIC_ADDRESS = (
        "The server does not start on {address} while the initial password is in place. Start it with "
        "--server.address 127.0.0.1, sign in as admin / admin and choose a password; then start it again."
    )


class Start(Texts):
    """What the terminal shows when the server is ready."""

    READY = "Evidentia is ready: {url}"
    FIRST_SIGN_IN = "First sign-in: user name admin, password admin. You will choose your own password then."
