"""The collector rests while anybody holds it, and is left as it was found."""

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bim_supervise.core.collector import collector_held


@pytest.fixture(autouse=True)
def _as_it_was():
    on = gc.isenabled()
    yield
    (gc.enable if on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_it_is_left_as_it_was_found_also_after_an_error(on):
    (gc.enable if on else gc.disable)()
    with collector_held():
        assert not gc.isenabled()
        with pytest.raises(ValueError, match="broken"), collector_held():
            raise ValueError("broken")
        assert not gc.isenabled()
    assert gc.isenabled() is on


def test_it_rests_until_the_last_of_several_threads_lets_go():
    gc.enable()
    together = Barrier(8)

    def batch(_number: int) -> bool:
        with collector_held():
            together.wait(10)
            return gc.isenabled()

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(batch, range(8)))
    assert gc.isenabled()
