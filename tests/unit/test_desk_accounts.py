"""Accounts, sessions, tokens and the audit trail in the ledger."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from hazecast.archive.accounts import account_and_hash, add_account, all_accounts, disable_account, set_password
from hazecast.archive.audit import audit_trail, verify_audit
from hazecast.archive.database import LEDGER_NAME, open_database, writing
from hazecast.archive.sessions import (
    MOST_FAILURES_OF_A_NAME,
    close_session,
    failed_login,
    make_token,
    must_wait,
    open_session,
    revoke_token,
    visit_by_session,
    visit_by_token,
)
from hazecast.desk import passwords
from hazecast.errors import ArchiveError, SettingsError
from hazecast.records import Account, Role

NOW = datetime(2030, 1, 14, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
LI = Account("li", Role.FORECASTER, (), NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    add_account(opened, LI, "hash", "root")
    yield opened
    opened.dispose()


def test_a_session_lasts_for_its_time_and_ends_with_logout_and_with_the_account(database: Engine) -> None:
    first, second, third = (open_session(database, LI, NOW, HOUR, "here") for _ in range(3))
    assert len({first, second, third}) == 3
    visit = visit_by_session(database, first, NOW)
    assert visit is not None
    assert (visit.account, bool(visit.form_word)) == (LI, True)
    assert visit_by_session(database, first, NOW + HOUR) is None
    close_session(database, first, NOW, "li")
    assert visit_by_session(database, first, NOW) is None
    assert visit_by_session(database, second, NOW) is not None
    disable_account(database, "li", NOW, "root")
    assert visit_by_session(database, second, NOW) is None
    assert account_and_hash(database, "li") is None
    assert all_accounts(database)[0].disabled_at == NOW


def test_no_secret_stands_in_the_ledger(database: Engine, tmp_path: Path) -> None:
    secrets = (open_session(database, LI, NOW, HOUR, "here"), make_token(database, "li", "agency screen", NOW, HOUR, "root"))
    content = b"".join(file.read_bytes() for file in tmp_path.glob(f"{LEDGER_NAME}*"))
    assert b"agency screen" in content
    assert [secret for secret in secrets if secret.encode() in content] == []


def test_another_password_ends_the_sessions(database: Engine) -> None:
    secret = open_session(database, LI, NOW, HOUR, "here")
    set_password(database, "li", "other", NOW, "root")
    assert visit_by_session(database, secret, NOW) is None
    found = account_and_hash(database, "li")
    assert found is not None
    assert found[1] == "other"


def test_a_token_reads_until_it_is_revoked(database: Engine) -> None:
    secret = make_token(database, "li", "screen", NOW, HOUR, "root")
    visit = visit_by_token(database, secret, NOW)
    assert visit is not None
    assert visit.form_word is None
    assert visit_by_token(database, secret, NOW + HOUR) is None
    revoke_token(database, 1, NOW, "root")
    assert visit_by_token(database, secret, NOW) is None
    with pytest.raises(ArchiveError, match="no token 1 in use"):
        revoke_token(database, 1, NOW, "root")


def test_logins_that_fail_often_must_wait_and_one_that_succeeds_forgets_them(database: Engine) -> None:
    for _ in range(MOST_FAILURES_OF_A_NAME):
        assert not must_wait(database, "li", "a", NOW)
        failed_login(database, "li", "a", NOW)
    assert must_wait(database, "li", "b", NOW)
    assert not must_wait(database, "wang", "b", NOW)
    assert not must_wait(database, "li", "b", NOW + timedelta(minutes=16))
    open_session(database, LI, NOW, HOUR, "here")
    assert not must_wait(database, "li", "b", NOW)


def test_the_audit_trail_refuses_changes_and_shows_those_made_behind_its_back(database: Engine, tmp_path: Path) -> None:
    open_session(database, LI, NOW, HOUR, "here")
    assert verify_audit(database)[0] == 2
    with pytest.raises(IntegrityError, match="never changed"), writing(database) as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'nobody'")
    database.dispose()
    raw = sqlite3.connect(tmp_path / LEDGER_NAME)
    raw.execute("DROP TRIGGER audit_no_update")
    raw.execute("UPDATE audit SET actor = 'wang' WHERE number = 1")
    raw.commit()
    raw.close()
    assert audit_trail(database)[-1].actor == "wang"
    with pytest.raises(ArchiveError, match="broken at entry 1"):
        verify_audit(database)


def test_names_are_not_given_twice_and_an_agency_needs_areas(database: Engine) -> None:
    with pytest.raises(ArchiveError, match="an account 'li' already"):
        add_account(database, LI, "hash", "root")
    for name, role, areas in (("ministry", Role.AGENCY, ()), ("wang", Role.FORECASTER, ("beijing",)), ("../x", Role.FORECASTER, ())):
        with pytest.raises(ValueError, match=r"expected up to|needs areas"):
            Account(name, role, areas, NOW)


def test_a_password_is_told_from_others_and_one_too_short_is_refused() -> None:
    kept = passwords.hashed("four words are enough")
    assert kept.startswith("$argon2id$")
    assert passwords.fits("four words are enough", kept)
    assert not passwords.fits("four words are enoug", kept)
    assert not passwords.fits("what nobody has as a password", None)
    with pytest.raises(SettingsError, match="9 characters"):
        passwords.hashed("too short")
