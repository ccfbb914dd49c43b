"""Silent windows in a row are one verdict, in every store and in whatever order they become known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import NOW, verdict

from bim_supervise.checkpoints.contract import Outcome
from bim_supervise.store.dump import evidence_digest
from bim_supervise.store.silences import watched_verdict, windows_of

STEP = timedelta(minutes=20)


def window(number, *, silent, reason="no_data"):
    start = NOW + number * STEP
    told = {"window_start": start, "window_end": start + STEP, "since": start + STEP}
    if not silent:
        return watched_verdict(verdict(**told))
    return watched_verdict(
        verdict(
            **told, outcome=Outcome.UNDETERMINED, reason=reason, value=None, completeness=0.0, evidence=(),
            evidence_values=(), params={"device": "N-01", "limit": 70.0 if number % 2 else 55.0},
        )
    )  # fmt: skip


def renew(store, *batches):
    with store.transaction() as work:
        for batch in batches:
            work.renew_watch(batch)
        return work.verdicts()


def digest(store):
    with store.reading() as work:
        return evidence_digest(work)


class SilencesContract:
    examples = 40

    def test_months_of_silence_are_one_verdict_that_late_readings_split(self, stores):
        store = stores()
        silent = [window(number, silent=True) for number in range(6000)]
        (whole,) = renew(store, silent)
        assert (whole.window_start, whole.window_end) == (NOW, NOW + 6000 * STEP)
        assert (whole.outcome, whole.reason, whole.limit) == ("undetermined", "no_data", None)
        assert len(list(windows_of(whole))) == 6000
        before, spoken, after = renew(store, [window(2500, silent=False)])
        assert before.window_end == spoken.window_start == NOW + 2500 * STEP
        assert after.window_start == spoken.window_end
        assert renew(store, [window(2500, silent=True)]) == [whole]
        with store.reading() as work:
            assert work.count_verdicts() == {("NOI-CN-01", "undetermined"): 1}
            (part,) = work.verdicts(until=NOW + timedelta(days=1))
            assert (part.window_start, part.window_end) == (NOW, NOW + timedelta(days=1))
            assert work.verdicts(since=NOW + timedelta(days=9)) == [whole]
            assert work.verdicts(until=NOW + STEP / 2) == []

    def test_a_period_counts_the_windows_of_a_silence(self, stores):
        store = stores()
        renew(store, [window(number, silent=number != 3) for number in range(100)])
        after, until = NOW + STEP, NOW + 8.5 * STEP
        with store.reading() as work:
            found = list(work.judged_windows(after, until))
            assert [(one.start - NOW) // STEP for one in found] == [1, 2, 3, 4, 5, 6, 7]
            assert [one.end - one.start for one in found] == [STEP] * 7
            silent, spoken = work.verdict_of(found[-1]), work.verdict_of(found[2])
        assert (silent.window_start, silent.window_end) == (found[-1].start, found[-1].end)
        assert (silent.reason, silent.value) == ("no_data", None)
        assert (spoken.window_start, spoken.first_end, spoken.value) == (found[2].start, None, found[2].value)
        assert spoken.value is not None

    def test_what_breaks_a_silence(self, stores):
        store = stores()
        night = [window(number, silent=True) for number in (0, 1, 2, 40, 41)]
        (one,) = renew(store, night)
        assert one.steps == ((2, 1_200_000_000), (1, 38 * 1_200_000_000), (1, 1_200_000_000))
        assert len(renew(store, [window(20, silent=False)])) == 3, "heard in the pause"
        assert len(renew(store, [window(41 + 74, silent=True)])) == 4, "more than a day apart"
        assert len(renew(store, [window(42, silent=True, reason="limit_not_set")])) == 5

    def test_rows_of_an_older_version_are_folded_alike(self, stores):
        judged = [window(number, silent=number % 7 != 3) for number in range(90)]
        store, older = stores(), stores()
        wanted = renew(store, judged)
        with older.transaction() as work:
            work.upsert_verdicts([replace(one, limit={"value": 1.0}) for one in judged])
            fold = import_module("bim_supervise.store.migrations.versions.0011_silences")._fold
            fold(work._connection, judged[0].rule, judged[0].subject)
            found = work.verdicts()
        assert [one for one in found if one.first_end] == [one for one in wanted if one.first_end]
        assert len(found) == len(wanted)

    def test_order_does_not_matter(self, stores):
        @given(
            st.lists(st.sampled_from(["silent", "silent", "silent", "spoken", "unjudged"]), max_size=60),
            st.randoms(use_true_random=False),
        )
        @settings(max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck))
        def holds(kinds, dice):
            judged = [
                window(number, silent=kind == "silent")
                for number, kind in enumerate(kinds)
                if kind != "unjudged"
            ]
            straight, shuffled = stores(), stores()
            wanted = renew(straight, judged)
            mixed = judged + dice.sample(judged, len(judged) // 3)
            # Some are first taken for silent, as they are before a late reading comes.
            early = [window(number, silent=True) for number, kind in enumerate(kinds) if kind == "spoken"]
            dice.shuffle(mixed)
            cuts = sorted(dice.randrange(len(mixed) + 1) for _ in range(4))
            batches = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
            assert renew(shuffled, dice.sample(early, len(early)), *batches) == wanted
            assert digest(straight) == digest(shuffled)
            stores.done(straight)
            stores.done(shuffled)
            said = [one for verdict in wanted for one in windows_of(verdict)]
            assert said == [(one.window_start, one.window_end) for one in judged]

        holds()
