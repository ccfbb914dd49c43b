"""What every store keeps of people, what they sign, and the files they attach."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from store_samples import DAY, NOW

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.core.errors import InputRefused, NotFound, StoreFailed
from bim_supervise.store.records import AppointmentRecord, LedgerHead, SessionRecord, UserRecord


def entry(sequence: int, previous: str) -> bytes:
    return f'{{"sequence":{sequence},"previous_hash":"{previous}"}}'.encode()


class PeopleContract:
    """Inherited once per kind of database; ``stores`` makes empty stores."""

    def test_users(self, stores):
        store = stores()
        with store.transaction() as work:
            assert work.users() == []
            assert work.user("li") is None
            made = work.add_user("li", "hash", NOW, display_name="李娜", language="en")
            assert made == UserRecord(
                name="li", display_name="李娜", password_hash="hash", language="en", created_at=NOW
            )
            work.add_user("an", "hash2", NOW)
            assert [user.name for user in work.users()] == ["an", "li"]
            assert work.user("an").display_name == "an"
            work.set_password_hash("li", "new")
            work.set_language("li", "zh")
            assert (work.user("li").password_hash, work.user("li").language) == ("new", "zh")

    @pytest.mark.parametrize(("name", "code"), [("li", "user_exists"), (" ", "user_name_empty")])
    def test_a_bad_name_is_refused_and_nothing_changes(self, stores, name, code):
        store = stores()
        with store.transaction() as work:
            work.add_user("li", "hash", NOW)
        with pytest.raises(InputRefused) as refused, store.transaction() as work:  # noqa: PT012 - one unit of work
            work.set_setting("a", 1)
            work.add_user(name, "other", NOW)
        assert refused.value.code == code
        with store.reading() as work:
            assert work.setting("a") is None
            assert [user.password_hash for user in work.users()] == ["hash"]

    def test_appointments(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_user("li", "hash", NOW)
            work.add_user("an", "hash", NOW)
            first = work.add_appointment(
                "li", "chief_supervision_engineer", date(2026, 1, 1), None, "31004521"
            )
            second = work.add_appointment("an", "observer", date(2026, 1, 1), date(2026, 1, 1))
            assert first == AppointmentRecord(
                id=first.id,
                user="li",
                capacity="chief_supervision_engineer",
                first_day=date(2026, 1, 1),
                last_day=None,
                certificate="31004521",
            )
            assert work.appointments() == [first, second]
            assert work.appointments("an") == [second]
            assert work.appointments("nobody") == []

    def test_appointments_that_cannot_be(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_user("li", "hash", NOW)
        with pytest.raises(NotFound) as missing, store.transaction() as work:
            work.add_appointment("wang", "observer", date(2026, 1, 1))
        assert missing.value.code == "user_unknown"
        with pytest.raises(InputRefused) as refused, store.transaction() as work:
            work.add_appointment("li", "observer", date(2026, 1, 2), date(2026, 1, 1))
        assert refused.value.code == "appointment_days"

    def test_sessions(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_user("li", "hash", NOW)
            work.add_session("t1", "li", NOW, NOW + DAY)
            work.add_session("t2", "li", NOW, NOW + 2 * DAY)
            assert work.session("t1") == SessionRecord(
                token_hash="t1", user="li", created=NOW, expires=NOW + DAY
            )
            work.end_session("t1")
            work.end_session("t1")
            assert work.session("t1") is None
            work.add_session("t3", "li", NOW + 3 * DAY, NOW + 4 * DAY)
            assert work.session("t2") is None, "an expired session is forgotten"
            assert work.session("t3") is not None
            work.end_sessions_of("li")
            assert work.session("t3") is None
        with pytest.raises(NotFound), store.transaction() as work:
            work.add_session("t4", "nobody", NOW, NOW + DAY)

    def test_the_ledger_grows_behind_its_head(self, stores):
        store = stores()
        with store.transaction() as work:
            assert work.ledger_head() == LedgerHead(entries=0, hash=GENESIS_HASH)
            assert list(work.entries()) == []
        for _ in range(3):
            with store.transaction() as work:
                work.append_entry(entry)
                work.append_entry(entry)
        previous = GENESIS_HASH
        with store.reading() as work:
            rows = list(work.entries())
            assert work.ledger_head() == LedgerHead(entries=6, hash=rows[-1].hash)
            assert list(work.entries(after=4)) == rows[4:]
        for sequence, row in enumerate(rows, start=1):
            assert row.data == entry(sequence, previous)
            assert row == (sequence, previous, hashlib.sha256(row.data).hexdigest(), row.data)
            previous = row.hash

    def test_entries_are_read_in_portions(self, stores, monkeypatch):
        monkeypatch.setattr("bim_supervise.store.work_ledger._CHUNK", 2)
        store = stores()
        for count in (0, 1, 2, 3, 4, 5):
            with store.reading() as work:
                assert [row.sequence for row in work.entries()] == list(range(1, count + 1))
            with store.transaction() as work:
                work.append_entry(entry)

    def test_a_refused_signature_leaves_no_entry(self, stores):
        store = stores()

        def refuse(sequence: int, previous: str) -> bytes:
            raise InputRefused("reason_missing", "no reason")

        with pytest.raises(InputRefused), store.transaction() as work:  # noqa: PT012 - one unit of work
            work.append_entry(entry)
            work.append_entry(refuse)
        with store.reading() as work:
            assert work.ledger_head().entries == 0

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET hash = 'x' WHERE sequence = 1",
            "UPDATE ledger_entry SET data = data",
            "DELETE FROM ledger_entry WHERE sequence = 2",
            "DELETE FROM ledger_entry",
            "INSERT INTO ledger_entry VALUES (9, 'p', 'h', 'x')",
            "INSERT INTO ledger_entry VALUES (3, 'wrong', 'h', 'x')",
            "INSERT INTO ledger_entry VALUES (2, 'wrong', 'h', 'x')",
        ],
    )
    def test_the_database_itself_refuses_to_rewrite_the_ledger(self, stores, statement):
        store = stores()
        with store.transaction() as work:
            work.append_entry(entry)
            work.append_entry(entry)
        with store.reading() as work:
            before = list(work.entries())
        with pytest.raises(StoreFailed) as refused, store.transaction() as work:
            list(work.raw_rows(text(statement)))
        assert refused.value.code == "store_refused"
        with store.reading() as work:
            assert list(work.entries()) == before

    def test_attachments(self, stores):
        store, photo = stores(), b"\xff\xd8" + bytes(range(256)) * 100
        digest = hashlib.sha256(photo).hexdigest()
        with store.transaction() as work:
            made = work.add_attachment(photo, "image/jpeg", "照片.jpg", NOW)
            again = work.add_attachment(photo, "image/png", "other.png", NOW + timedelta(days=1))
            assert made == again
        assert (made.sha256, made.media_type, made.name, made.size) == (
            digest, "image/jpeg", "照片.jpg", len(photo)
        )  # fmt: skip
        with store.reading() as work:
            assert work.attachment(digest) == made
            assert work.attachment_bytes(digest) == photo
            assert work.attachment("0" * 64) is None
            with pytest.raises(NotFound):
                work.attachment_bytes("0" * 64)
