"""What every store keeps of evidence: nothing lost, nothing counted twice, whatever the order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import DAY, NOW, T0, alarm, fact, full_fact, readings, verdict, window

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.observations import Quality
from bim_supervise.store.dump import evidence_digest, evidence_lines
from bim_supervise.store.records import Added, stored_verdict
from bim_supervise.store.work_facts import fact_id

KIND = "noise_level"


def dump(store):
    with store.reading() as work:
        return list(evidence_lines(work))


def cut(random_source, rows):
    """Rows in another order, cut into batches anywhere."""
    rows = list(rows)
    random_source.shuffle(rows)
    while rows:
        size = random_source.randint(1, len(rows))
        yield rows[:size]
        rows = rows[size:]


fact_rows = st.lists(
    st.builds(
        lambda subject, minute, value, remark, authenticated, quality, source: fact(
            subject=subject,
            event_time=NOW + timedelta(minutes=minute),
            value=value,
            payload={"remark": remark} if remark else {},
            authenticated=authenticated,
            quality=quality,
            source=source,
        ),
        st.sampled_from(["g1", "g2"]),
        st.integers(0, 1),
        st.sampled_from([None, "pass", "fail", 1.0, 2.5]),
        st.sampled_from(["", "b"]),
        st.booleans(),
        st.sampled_from([Quality.GOOD, Quality.FUTURE, Quality.FLAGGED]),
        st.sampled_from(["csv", "mqtt"]),
    ),
    max_size=12,
)


class EvidenceContract:
    """Inherited once per kind of database; ``stores`` makes empty stores."""

    examples = 30

    # ---- facts ---------------------------------------------------------------------------------

    def test_a_fact_comes_back_as_it_went_in(self, stores):
        store, stated = stores(), full_fact()
        with store.transaction() as work:
            assert work.add_facts([]) == Added(stored=0, duplicates=0, conflicts=0)
            assert work.add_facts([stated]) == Added(stored=1, duplicates=0, conflicts=0)
        with store.reading() as work:
            (kept,) = work.facts()
            assert work.fact(kept.id) == kept
            assert work.fact("0" * 64) is None
        assert kept.id == fact_id(stated)
        for name in ("kind", "subject_type", "subject", "event_time", "received_time", "source", "reporter",
                     "value", "unit", "authenticated", "payload"):  # fmt: skip
            assert getattr(kept, name) == getattr(stated, name), name

    def test_a_missing_value_stays_missing(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_facts(
                [fact(subject=str(n), value=value) for n, value in enumerate([None, 0.0, "", "0"])]
            )
            assert [one.value for one in work.facts(subject="0")] == [None]
            assert [one.value for one in work.facts(subject="1")] == [0.0]
            assert [one.value for one in work.facts(subject="2")] == [""]
            assert [one.value for one in work.facts(subject="3")] == ["0"]

    def test_what_is_sent_again_is_counted_and_not_doubled(self, stores):
        store = stores()
        batch = [fact(), fact(), fact(subject="g2")]
        with store.transaction() as work:
            assert work.add_facts(batch) == Added(stored=2, duplicates=1, conflicts=0)
            assert work.add_facts(batch) == Added(stored=0, duplicates=3, conflicts=0)
            later = [replace(one, received_time=NOW + DAY) for one in batch]
            assert work.add_facts(later) == Added(stored=0, duplicates=3, conflicts=0)
            assert len(work.facts()) == 2
            assert work.facts()[0].received_time == batch[0].received_time
            assert work.conflicts() == []

    @pytest.mark.parametrize(
        "change",
        [
            {"source": "mqtt"},
            {"reporter": "other"},
            {"kind": "delivered"},
            {"subject": "g9"},
            {"event_time": NOW + timedelta(microseconds=1)},
        ],
        ids=str,
    )
    def test_another_identity_is_another_fact(self, stores, change):
        store = stores()
        with store.transaction() as work:
            assert work.add_facts([fact(), fact(**change)]).stored == 2

    def test_a_contradiction_is_kept_once_with_both_sides(self, stores):
        store = stores()
        one, other = fact(value="pass", kind="inspected"), fact(value="fail", kind="inspected")
        with store.transaction() as work:
            assert work.add_facts([one]) == Added(stored=1, duplicates=0, conflicts=0)
            assert work.add_facts([other, other]) == Added(stored=0, duplicates=1, conflicts=1)
            assert work.add_facts([one, other]) == Added(stored=0, duplicates=2, conflicts=0)
            (kept,) = work.facts()
            (conflict,) = work.conflicts()
            assert work.count_conflicts() == 1
        assert (kept.value, conflict.kept["value"], conflict.other["value"]) == ("fail", "fail", "pass")
        assert (conflict.shape, conflict.identity, conflict.kind) == ("fact", kept.id, "inspected")
        assert (conflict.subject, conflict.event_time) == ("guid1", NOW)
        assert (conflict.source, conflict.received_time) == ("csv", one.received_time)

    def test_a_vouched_for_fact_counts_before_an_anonymous_one(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_facts([fact(value="a"), fact(value="b", authenticated=True)])
            assert [(one.value, one.authenticated) for one in work.facts()] == [("b", True)]
            assert [conflict.other["value"] for conflict in work.conflicts()] == ["a"]

    def test_a_copy_with_a_voucher_vouches_for_the_fact(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_facts([fact()])
            assert work.add_facts([fact(authenticated=True)]).duplicates == 1
            assert work.add_facts([fact()]).duplicates == 1
            assert work.facts()[0].authenticated
            assert work.conflicts() == []

    def test_facts_are_found_by_time_kind_and_subject(self, stores):
        store = stores()
        rows = [
            fact(subject=f"g{n}", kind="missing" if n % 2 else "installed", event_time=NOW + n * DAY)
            for n in (3, 1, 0, 2)
        ]
        with store.transaction() as work:
            work.add_facts(rows)
            assert [one.subject for one in work.facts()] == ["g0", "g1", "g2", "g3"]
            assert [one.subject for one in work.facts(until=NOW + DAY)] == ["g0", "g1"]
            assert [one.subject for one in work.facts(kinds={"missing"})] == ["g1", "g3"]
            assert work.facts(kinds=[]) == []
            assert [one.subject for one in work.facts(subject="g2")] == ["g2"]
            assert [one.subject for one in work.facts(limit=2)] == ["g2", "g3"]

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_a_value_that_is_no_number_is_refused_with_its_batch(self, stores, value):
        store = stores()
        with pytest.raises(InputRefused) as refused, store.transaction() as work:
            work.add_facts([fact(), fact(subject="g2", value=value)])
        assert refused.value.code == "value_not_finite"
        assert dump(store) == []

    def test_many_facts(self, stores):
        store = stores()
        rows = [fact(subject=f"g{n}") for n in range(1500)]
        with store.transaction() as work:
            assert work.add_facts(rows).stored == 1500
            assert work.add_facts(rows).duplicates == 1500

    def test_order_and_batches_of_facts_do_not_matter(self, stores):
        @given(fact_rows, st.randoms(use_true_random=False))
        @settings(max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck))
        def holds(rows, shuffler):
            straight, shuffled = stores(), stores()
            with straight.transaction() as work:
                whole = work.add_facts(rows)
            parts = []
            for batch in cut(shuffler, rows):
                with shuffled.transaction() as work:
                    parts.append(work.add_facts(batch))
            assert dump(straight) == dump(shuffled)
            assert whole.stored == sum(part.stored for part in parts) == len({fact_id(row) for row in rows})
            assert whole.conflicts == sum(part.conflicts for part in parts)
            assert whole.duplicates == sum(part.duplicates for part in parts)
            said = {(fact_id(row), row.value, str(row.payload)) for row in rows}
            assert whole.stored + whole.conflicts == len(said), "every different statement is kept"
            with straight.transaction() as work:
                assert work.add_facts(rows).duplicates == len(rows)
            assert dump(straight) == dump(shuffled)
            stores.done(straight)
            stores.done(shuffled)

        holds()

    # ---- verdicts and alarms -------------------------------------------------------------------

    def test_verdicts(self, stores):
        store = stores()
        noise = stored_verdict(verdict())
        undetermined = stored_verdict(
            verdict(
                rule="A", limit=None, value=None, window_start=None, window_end=None, since=None,
                completeness=None, evidence=(), evidence_values=(), params={},
            ),
            checkpoint="H-1",
        )  # fmt: skip
        later = stored_verdict(
            verdict(window_start=NOW + timedelta(minutes=20), window_end=NOW + timedelta(minutes=40))
        )
        with store.transaction() as work:
            work.upsert_verdicts([])
            work.upsert_verdicts([later, noise, undetermined])
            assert work.verdicts() == [undetermined, noise, later]
            assert work.verdicts(rule="NOI-CN-01") == [noise, later]
            assert work.verdicts(checkpoint="H-1") == [undetermined]
            assert work.verdicts(until=NOW + timedelta(minutes=39)) == [undetermined, noise]
            assert work.verdicts(subject="device=N-01", since=later.window_start) == [later]
            assert work.verdicts(subject="device=N-02") == []
            assert work.count_verdicts() == {("A", "fail"): 1, ("NOI-CN-01", "fail"): 2}
            assert work.count_verdicts(NOW) == {("A", "fail"): 1}
            better = replace(noise, outcome="pass", value=60.0)
            work.upsert_verdicts([better])
            assert work.verdicts(rule="NOI-CN-01") == [better, later]
            work.delete_verdicts(checkpoint="H-1")
            assert work.verdicts() == [better, later]
            work.delete_verdicts()
            assert work.verdicts() == []

    def test_a_stored_verdict_holds_what_the_rule_said(self):
        said = verdict()
        stored = stored_verdict(said, "H-1")
        assert (stored.digest, stored.subject, stored.device) == (said.digest, "device=N-01", "N-01")
        assert (stored.outcome, stored.severity, stored.checkpoint) == ("fail", "major", "H-1")
        assert stored.limit["edition"] == "GB 12523-2025"
        assert stored.limit["effective_from"] == "2026-01-01"
        assert stored.params == {"value": 71.25, "at": "2026-03-01T08:30:00.123456Z"}

    def test_alarms(self, stores):
        store = stores()
        with store.transaction() as work:
            work.replace_alarms("noise", [alarm(2), alarm(1)])
            work.replace_alarms("dust", [alarm(3, limit=None, value=None)])
            assert work.alarms() == [alarm(1), alarm(2), alarm(3, limit=None, value=None)]
            assert work.alarms("dust") == [alarm(3, limit=None, value=None)]
            cleared = alarm(2, cleared_at=NOW + DAY)
            work.replace_alarms("noise", [cleared])
            assert work.alarms("noise") == [cleared]
            work.replace_alarms("dust", [])
            assert work.alarms() == [cleared]

    def test_what_people_did_about_an_alarm_outlives_it(self, stores):
        store = stores()
        with store.transaction() as work:
            work.replace_alarms("noise", [alarm(1)])
            work.add_alarm_action(alarm(1).id, "li", "acknowledge", "已通知", NOW)
            work.add_alarm_action("other", "an", "acknowledge", "", NOW - DAY)
            work.replace_alarms("noise", [])
            first, second = work.alarm_actions()
            assert (first.alarm_id, first.user, first.action, first.comment, first.at) == (
                alarm(1).id, "li", "acknowledge", "已通知", NOW
            )  # fmt: skip
            assert work.alarm_actions("other") == [second]

    # ---- the dump ------------------------------------------------------------------------------

    def test_the_digest_sees_every_kind_of_evidence_and_no_time_of_arrival(self, stores):
        def fill(received, **changes):
            store = stores()
            with store.transaction() as work:
                work.add_facts([fact(received_time=received, value=changes.get("fact"))])
                work.add_readings(
                    readings(("N", KIND, T0, changes.get("reading", 1), 1, 0)), "mqtt", received
                )
                work.replace_windows([window("N", T0, count=changes.get("window", 1))])
                work.upsert_verdicts([stored_verdict(verdict(value=changes.get("verdict")))])
                work.replace_alarms("a", [alarm(1, value=changes.get("alarm"))])
                if "conflict" in changes:
                    work.add_readings(readings(("N", KIND, T0, -5, 1, 0)), "mqtt", received)
            with store.reading() as work:
                return evidence_digest(work)

        plain = fill(NOW)
        assert plain == fill(NOW + DAY)
        others = [fill(NOW, **{name: 7}) for name in ("reading", "window", "verdict", "alarm", "conflict")]
        others.append(fill(NOW, fact="x"))
        assert len({plain, *others}) == 7

    def test_numbers_given_by_the_database_do_not_show(self, stores):
        rows = [(f"N-{n}", KIND, T0, n, 1000, 0) for n in range(5)]
        digests = set()
        for seed in range(3):
            store = stores()
            random.Random(seed).shuffle(rows)
            for row in rows:
                with store.transaction() as work:
                    work.add_readings(readings(row), f"door{seed}", NOW)
                    work.replace_windows([window(row[0], T0)])
            with store.reading() as work:
                digests.add(evidence_digest(work))
        assert len(digests) == 1
