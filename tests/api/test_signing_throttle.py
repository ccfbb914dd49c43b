"""Guessing the password of a signature is slowed down, for that person alone, and not for good."""

from __future__ import annotations

import pytest
from small_site import PASSWORD

from bim_supervise.core.errors import AuthenticationFailed
from bim_supervise.core.throttle import LONGEST_WAIT_S, LoginThrottle


def sign(project, password, user="liu"):
    return project.sign("CP-RB", user, "reject", "checked on site", password=password)


def test_guessing_in_an_open_session_is_slowed_down(project):
    clock = [1000.0]
    project._retyped = LoginThrottle(lambda: clock[0])

    def refused(password):
        with pytest.raises(AuthenticationFailed) as error:
            sign(project, password)
        return error.value

    for _ in range(5):
        assert refused("wrong horse battery").code == "wrong_credentials"
    told = refused(PASSWORD)
    assert (told.code, told.params["seconds"]) == ("signing_throttled", 1)
    with pytest.raises(AuthenticationFailed) as error:
        project.change_password("liu", PASSWORD, "another battery staple")
    assert error.value.code == "signing_throttled", "the same word cannot be guessed at another door"
    project.check_password("liu", PASSWORD)  # logging in is counted elsewhere
    clock[0] += 1.1
    assert refused("wrong horse battery").code == "wrong_credentials"
    assert refused(PASSWORD).params["seconds"] == 2
    clock[0] += LONGEST_WAIT_S
    assert sign(project, PASSWORD)["entry"] == 2
    assert refused("wrong horse battery").code == "wrong_credentials", "a right one forgets the wrong ones"


def test_one_persons_guessing_does_not_stop_another(project):
    for _ in range(7):
        with pytest.raises(AuthenticationFailed):
            sign(project, "wrong horse battery")
    project.add_user("gu", PASSWORD)
    project.appoint("gu", "specialist_supervision_engineer", project.today())
    assert sign(project, PASSWORD, "gu")["entry"] == 2
