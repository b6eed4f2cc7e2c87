"""Accounts, passwords, failed attempts and the grants that browsers hold."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, SignInFailed
from domain.users import Role, User
from services import passwords, sign_in, users
from services.installation import Installation
from services.settings import Settings
from services.tables import Base, SettingRow, UserRow, now

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", passwords.hash_password("nobody's password"))
    monkeypatch.setattr(sign_in, "_unknown_names", sign_in._UnknownNames())


@pytest.fixture
def installation(tmp_path):
    settings = Settings(KH_APP_DATA_DIR=tmp_path, _env_file=None)
    settings.user_data.mkdir(parents=True)
    installation = Installation(settings)
    Base.metadata.create_all(installation.database.engine)
    yield installation
    installation.close()


@pytest.fixture
def admin(installation) -> User:
    users.create_first_admin(installation)
    first, _ = sign_in.sign_in(installation, "admin", "admin")
    users.change_password(installation, first, "admin", GOOD)
    return sign_in.sign_in(installation, "admin", GOOD)[0]


def enter(installation, name, password):
    return sign_in.sign_in(installation, name, password)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    offset = [timedelta(0)]
    moment = lambda: datetime.now(UTC) + offset[0]  # noqa: E731
    for module in (sign_in, users):
        monkeypatch.setattr(module, "now", moment)

    def move(**delta):
        offset[0] += timedelta(**delta)

    return move


# The first admin


def test_the_first_admin_is_created_once_and_must_change_the_password(installation):
    first = users.create_first_admin(installation)
    assert first == User(first.id, "admin", Role.ADMIN, must_change_password=True)
    assert users.create_first_admin(installation) is None
    assert users.has_initial_password(installation)
    assert enter(installation, "admin", "admin")[0] == first


def test_a_renamed_first_admin_is_not_created_again(installation):
    first = users.create_first_admin(installation)
    with installation.database.session() as session:
        session.get_one(UserRow, first.id).name = "chief"
    assert users.create_first_admin(installation) is None
    with pytest.raises(SignInFailed):
        enter(installation, "admin", "admin")


def test_the_initial_password_is_gone_for_good_after_the_change(installation, admin):
    assert not users.has_initial_password(installation)
    assert not admin.must_change_password
    with pytest.raises(SignInFailed):
        enter(installation, "admin", "admin")


def test_resetting_the_initial_password_ends_it_too(installation):
    users.create_first_admin(installation)
    users.reset_password(installation, users.operator(installation), "admin")
    assert not users.has_initial_password(installation)


def test_the_operator_is_the_oldest_active_admin(installation):
    with pytest.raises(NotFound):
        users.operator(installation)
    users.create_first_admin(installation)
    assert users.operator(installation).name == "admin"


def test_the_command_line_may_act_for_any_active_user(installation, admin):
    users.add(installation, admin, "mary")
    assert users.operator(installation, "Mary").role is Role.MEMBER
    users.set_active(installation, admin, "mary", active=False)
    with pytest.raises(NotFound, match="no active user"):
        users.operator(installation, "mary")


# Managing accounts


def test_an_added_user_signs_in_with_the_generated_password_and_must_change_it(installation, admin):
    password = users.add(installation, admin, "Mary.Smith", Role.ANALYST)
    found, _ = enter(installation, "mary.smith", password)
    assert (found.name, found.role, found.must_change_password) == ("Mary.Smith", Role.ANALYST, True)
    assert [a.name for a in users.listing(installation, admin)] == ["admin", "Mary.Smith"]


@pytest.mark.parametrize("name", ["ab", "a" * 33, "with space", "naïve", "semi;colon", "a\nb", ""])
def test_unusable_names_are_refused(installation, admin, name):
    with pytest.raises(InvalidInput, match="3 to 32 characters"):
        users.add(installation, admin, name)


def test_a_name_is_taken_whatever_its_case(installation, admin):
    users.add(installation, admin, "mary")
    with pytest.raises(Conflict, match="already"):
        users.add(installation, admin, "MARY")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_only_admins_manage_users(installation, admin, role):
    password = users.add(installation, admin, "mary", role)
    mary, _ = enter(installation, "mary", password)
    for refused in (
        lambda: users.listing(installation, mary),
        lambda: users.add(installation, mary, "eve"),
        lambda: users.reset_password(installation, mary, "admin"),
        lambda: users.set_role(installation, mary, "mary", Role.ADMIN),
        lambda: users.set_active(installation, mary, "admin", active=False),
    ):
        with pytest.raises(NotAllowed, match="Only an admin"):
            refused()


def test_a_role_taken_away_counts_at_once_even_for_a_user_read_before(installation, admin):
    password = users.add(installation, admin, "mary", Role.ADMIN)
    mary, grant = enter(installation, "mary", password)
    users.set_role(installation, admin, "mary", Role.MEMBER)
    assert sign_in.resume(installation, grant).role is Role.MEMBER
    with pytest.raises(NotAllowed):
        users.add(installation, mary, "eve")


def test_an_admin_cannot_lock_out_himself(installation, admin):
    with pytest.raises(NotAllowed, match="own role"):
        users.set_role(installation, admin, "admin", Role.MEMBER)
    with pytest.raises(NotAllowed, match="own account"):
        users.set_active(installation, admin, "ADMIN", active=False)


def test_unknown_users_cannot_be_managed(installation, admin):
    with pytest.raises(NotFound, match="nobody"):
        users.reset_password(installation, admin, "nobody")


# Passwords


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too short"),
        ("é" * 37, "72 bytes"),
        ("a" * 73, "72 bytes"),
        (" leading space", "space"),
        ("trailing space ", "space"),
        ("with\x00null byte", "control character"),
        ("admin1234", "easy to guess"),
        ("Mary2026", "easy to guess"),
    ],
)
def test_bad_passwords_are_refused_with_the_reason(installation, admin, password, reason):
    with pytest.raises(InvalidInput, match=reason):
        users.add(installation, admin, "mary", password=password)


@pytest.mark.parametrize("password", ["é" * 36, "a" * 36 + "b" * 36, "пароль-длинный", "x y z 1 2 3"])
def test_good_passwords_work(installation, admin, password):
    users.add(installation, admin, "mary", password=password)
    assert enter(installation, "mary", password)[0].name == "mary"


def test_letters_typed_in_another_way_are_the_same_password(installation, admin):
    users.add(installation, admin, "mary", password="caf\u00e9 au lait")
    assert enter(installation, "mary", "cafe\u0301 au lait")


def test_a_new_password_needs_the_current_one_and_must_differ(installation, admin):
    with pytest.raises(InvalidInput, match="current password is wrong"):
        users.change_password(installation, admin, "not it at all", "another good one")
    with pytest.raises(InvalidInput, match="equals the current"):
        users.change_password(installation, admin, GOOD, GOOD)


def test_hashes_are_salted_and_tell_nothing(installation, admin):
    one, two = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
    assert one != two
    assert GOOD not in one
    assert passwords.is_right(GOOD, one)
    assert not passwords.is_right(GOOD, None)
    assert not passwords.is_right(GOOD, "not a hash")


# Failed attempts


def failure(installation, name, password="wrong password"):  # noqa: S107
    with pytest.raises(SignInFailed) as error:
        enter(installation, name, password)
    return error.value.message


@pytest.mark.parametrize("name", ["admin", "nobody"])
def test_five_failures_lock_known_and_unknown_names_alike(installation, admin, clock, name):
    sentences = [failure(installation, name) for _ in range(6)]
    assert len(set(sentences[:4])) == 1
    assert "wrong" in sentences[0]
    assert sentences[4] == sentences[5] == "Too many failed attempts. Wait 5 minutes, then try again."
    clock(minutes=4, seconds=30)
    assert failure(installation, name) == "Too many failed attempts. Wait 1 minute, then try again."
    clock(minutes=1)
    assert failure(installation, name) == sentences[0]


def test_while_locked_even_the_right_password_is_refused_and_afterwards_it_works(installation, admin, clock):
    for _ in range(5):
        failure(installation, "admin")
    assert "Too many" in failure(installation, "admin", GOOD)
    clock(minutes=5, seconds=1)
    assert enter(installation, "admin", GOOD)


def test_a_success_starts_the_count_anew(installation, admin):
    for _ in range(2):
        for _ in range(4):
            failure(installation, "admin")
        assert enter(installation, "admin", GOOD)


def test_failures_survive_a_restart(installation, admin):
    for _ in range(4):
        failure(installation, "admin")
    again = Installation(installation.settings)
    assert "Too many" in failure(again, "admin")
    again.close()


def test_an_admin_lifts_a_lock_by_resetting_the_password(installation, admin):
    users.add(installation, admin, "mary", password=GOOD)
    for _ in range(5):
        failure(installation, "mary")
    assert users.listing(installation, admin)[1].locked_until is not None
    password = users.reset_password(installation, admin, "mary")
    assert enter(installation, "mary", password)[0].must_change_password


def test_the_password_of_an_unknown_name_is_checked_too(installation, admin, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords.bcrypt, "checkpw", lambda *a: bool(checked.append(a)))
    failure(installation, "nobody")
    failure(installation, "admin")
    assert len(checked) == 2


def test_a_password_over_72_bytes_gets_a_clear_sentence(installation, admin):
    assert "72 bytes" in failure(installation, "admin", "x" * 73)
    assert "72 bytes" in failure(installation, "nobody", "x" * 73)


def test_only_the_right_password_reveals_that_an_account_is_disabled(installation, admin):
    users.add(installation, admin, "mary", password=GOOD)
    users.set_active(installation, admin, "mary", active=False)
    assert "disabled" in failure(installation, "mary", GOOD)
    assert "wrong" in failure(installation, "mary")
    users.set_active(installation, admin, "mary", active=True)
    assert enter(installation, "mary", GOOD)


# Grants


def test_a_grant_survives_as_a_token(installation, admin):
    user, grant = enter(installation, "Admin", GOOD)
    token = sign_in.to_token(installation, grant)
    assert sign_in.from_token(installation, token) == grant
    assert sign_in.resume(installation, grant) == user
    for secret in (GOOD, "admin", "hash"):
        assert secret not in str(jwt.decode(token, options={"verify_signature": False}))


def test_tokens_of_other_installations_and_forgeries_are_refused(installation, admin):
    _, grant = enter(installation, "admin", GOOD)
    claims = jwt.decode(sign_in.to_token(installation, grant), options={"verify_signature": False})
    forged = [
        jwt.encode(claims, "some_key" * 8, algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode({"username": "admin", "exp_date": 9e9}, installation.cookie_key, algorithm="HS256"),
        "nonsense",
        "",
        None,
    ]
    assert [sign_in.from_token(installation, token) for token in forged] == [None] * len(forged)


def test_a_grant_ends_after_the_set_number_of_days(installation, admin, clock):
    _, grant = enter(installation, "admin", GOOD)
    clock(days=29)
    assert sign_in.resume(installation, grant)
    clock(days=2)
    assert sign_in.resume(installation, grant) is None


def test_signing_out_revokes_this_grant_and_no_other(installation, admin):
    _, here = enter(installation, "admin", GOOD)
    _, there = enter(installation, "admin", GOOD)
    sign_in.sign_out(installation, here)
    sign_in.sign_out(installation, here)
    copy = sign_in.from_token(installation, sign_in.to_token(installation, here))
    assert sign_in.resume(installation, copy) is None
    assert sign_in.resume(installation, there)


def test_signing_out_everywhere_revokes_all_and_a_new_sign_in_works(installation, admin):
    grants = [enter(installation, "admin", GOOD)[1] for _ in range(3)]
    sign_in.sign_out_everywhere(installation, admin)
    assert [sign_in.resume(installation, grant) for grant in grants] == [None] * 3
    assert sign_in.resume(installation, enter(installation, "admin", GOOD)[1])


def test_changed_password_ends_all_sessions_but_the_renewed_one(installation, admin):
    _, grant = enter(installation, "admin", GOOD)
    users.change_password(installation, admin, GOOD, "another good one")
    assert sign_in.resume(installation, grant) is None
    assert sign_in.resume(installation, sign_in.renew(installation, admin))


def test_disabling_and_resetting_end_sessions_at_once(installation, admin):
    users.add(installation, admin, "mary", password=GOOD)
    _, grant = enter(installation, "mary", GOOD)
    users.set_active(installation, admin, "mary", active=False)
    assert sign_in.resume(installation, grant) is None
    users.set_active(installation, admin, "mary", active=True)
    assert sign_in.resume(installation, grant) is None
    _, grant = enter(installation, "mary", GOOD)
    users.reset_password(installation, admin, "mary")
    assert sign_in.resume(installation, grant) is None


def test_a_clock_set_back_does_not_shut_anyone_out(installation, admin, clock):
    sign_in.sign_out_everywhere(installation, admin)
    clock(hours=-3)
    assert sign_in.resume(installation, enter(installation, "admin", GOOD)[1])


def test_old_revocations_are_forgotten(installation, admin, clock):
    with_grant = [enter(installation, "admin", GOOD)[1] for _ in range(2)]
    sign_in.sign_out(installation, with_grant[0])
    clock(days=31)
    sign_in.sign_out(installation, enter(installation, "admin", GOOD)[1])
    with installation.database.read() as session:
        keys = [row.key for row in session.query(SettingRow) if row.key.startswith("revoked/")]
    assert len(keys) == 1


def test_last_seen_is_noted(installation, admin):
    before = now()
    enter(installation, "admin", GOOD)
    assert users.listing(installation, admin)[0].last_seen_at >= before
