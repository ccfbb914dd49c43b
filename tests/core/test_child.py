import os
import time

import pytest

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.elements import Storey


def answer(name: str, progress: Progress) -> Storey:
    progress("open", 0.5)
    return Storey(global_id="x", name=name, elevation=1.5)


def sleep(progress: Progress) -> None:
    time.sleep(60)


def eat_memory(progress: Progress) -> int:
    return len(bytearray(4 << 30))


def crash(progress: Progress) -> None:
    os.abort()


def refuse(progress: Progress) -> None:
    raise InputRefused("ifc_truncated", "cut at line 5", "export again", line=5)


class Evil:
    def __reduce__(self):
        return (os.system, ("touch /tmp/should-not-exist",))


def hijack(progress: Progress) -> Evil:
    return Evil()


def test_returns_the_result_and_reports_progress():
    seen = []
    assert run_limited(answer, "基坑", on_progress=lambda *x: seen.append(x)).name == "基坑"
    assert seen == [("open", 0.5)]


@pytest.mark.parametrize(
    ("function", "limits", "code"),
    [
        (sleep, {"timeout_s": 1}, "reader_timeout"),
        (eat_memory, {"memory_bytes": 2 << 30}, "reader_memory"),
        (crash, {}, "reader_crashed"),
        (refuse, {}, "ifc_truncated"),
    ],
)
def test_failures_are_refusals_with_a_code(function, limits, code):
    with pytest.raises(InputRefused) as refused:
        run_limited(function, **limits)
    assert refused.value.code == code
    assert refused.value.hint


def test_an_answer_that_would_run_code_is_not_unpickled(tmp_path):
    with pytest.raises(Exception, match="not allowed"):
        run_limited(hijack)
