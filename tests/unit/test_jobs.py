"""The queue: leases, fairness, retries."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.errors import Cancelled
from services import collections, documents, jobs
from services.jobs import JobState
from services.tables import JobRow, now


@pytest.fixture
def put(installation, admin):
    collection = collections.readable(installation, admin)[0]

    def put(user, *texts):
        for text in texts:
            documents.upload(installation, user, collection.id, f"{text}.txt", io.BytesIO(text.encode()))

    return put


def rows(installation):
    with installation.database.read() as session:
        return session.scalars(select(JobRow).order_by(JobRow.created_at)).all()


def change(installation, **values):
    with installation.database.session() as session:
        for row in session.scalars(select(JobRow)):
            for name, value in values.items():
                setattr(row, name, value)


def test_a_claimed_job_is_not_claimed_twice(installation, admin, put):
    put(admin, "one")
    assert jobs.claim(installation, "w:1") is not None
    assert jobs.claim(installation, "w:2") is None


def test_a_job_whose_worker_is_gone_is_claimed_again_and_the_old_worker_loses_it(installation, admin, put):
    put(admin, "one")
    lost = jobs.claim(installation, "w:1")
    change(installation, lease_until=now() - timedelta(seconds=1))
    again = jobs.claim(installation, "w:2")
    assert (again.id, again.attempt) == (lost.id, 2)
    with pytest.raises(jobs.LeaseLost):
        jobs.report(installation, lost, "read", 1, 2)
    with pytest.raises(jobs.LeaseLost), installation.database.session() as session:
        jobs.finish(session, lost, {})


def test_users_take_turns(installation, admin, member, put):
    put(admin, "a1", "a2", "a3")
    put(member, "m1")
    served = []
    while (job := jobs.claim(installation, "w:1")) is not None:
        served.append(job.user_id == member.id)
    assert served.index(True) <= 1


def test_a_restarted_worker_takes_back_what_its_machine_left(installation, admin, put):
    put(admin, "one")
    name = jobs.worker_name()
    jobs.claim(installation, name)
    assert jobs.claim(installation, jobs.worker_name()) is None
    assert jobs.release_machine(installation, jobs.worker_name()) == 1
    assert jobs.claim(installation, jobs.worker_name()) is not None


def test_a_cancelled_job_stops_at_its_next_report(installation, admin, put):
    put(admin, "one")
    job = jobs.claim(installation, "w:1")
    change(installation, cancel_requested=True)
    with pytest.raises(Cancelled):
        jobs.report(installation, job, "embed", 3, 9)


def test_a_passing_failure_is_tried_later_and_not_for_ever(installation, admin, put):
    put(admin, "one")
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        job = jobs.claim(installation, "w:1")
        assert job.attempt == attempt
        with installation.database.session() as session:
            again = jobs.retry_later(session, job, "the engine does not answer")
        assert again is (attempt < jobs.MAX_ATTEMPTS)
        if again:
            assert jobs.claim(installation, "w:1") is None, "it waits first"
            change(installation, run_after=now())


def test_a_removal_is_tried_for_ever(installation, admin, put):
    put(admin, "one")
    change(installation, kind="delete", attempts=50)
    job = jobs.claim(installation, "w:1")
    with installation.database.session() as session:
        assert jobs.retry_later(session, job, "the engine does not answer")


def test_giving_a_job_back_does_not_count_as_an_attempt(installation, admin, put):
    put(admin, "one")
    jobs.give_back(installation, jobs.claim(installation, "w:1"))
    row = rows(installation)[0]
    assert (row.state, row.attempts) == (JobState.QUEUED, 0)


def test_the_heartbeat_renews_the_lease(installation, admin, put, monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_S", 0.02)
    put(admin, "one")
    job = jobs.claim(installation, "w:1")
    change(installation, lease_until=now() + timedelta(seconds=1))
    with jobs.leased(installation, job):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if rows(installation)[0].lease_until > now() + timedelta(seconds=10):
                return
            time.sleep(0.02)
    pytest.fail("the lease was not renewed")
