import logging

import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.ledger.passwords import (
    MAXIMUM_LENGTH,
    MINIMUM_LENGTH,
    hash_password,
    needs_rehash,
    verify_password,
)


def test_a_hash_belongs_to_its_password_and_to_no_other():
    stored = hash_password("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse battery")
    assert not verify_password(stored, "correct horse batterY")
    assert not verify_password(stored, "")


def test_two_hashes_of_one_password_differ():
    assert hash_password("same password") != hash_password("same password")


def test_the_same_word_in_another_unicode_form_is_accepted():
    stored = hash_password("Zürich-Baustelle")
    assert verify_password(stored, "Zürich-Baustelle")
    assert verify_password(hash_password("监理工程师密码一二"), "监理工程师密码一二")


def test_nobody_signs_in_with_any_password():
    assert not verify_password(None, "nobody signs in with this")


def test_a_damaged_hash_lets_nobody_in():
    assert not verify_password("", "correct horse battery")
    assert not verify_password("$argon2id$v=19$broken", "correct horse battery")


def test_length_is_bounded_with_a_clear_reason():
    with pytest.raises(InputRefused) as short:
        hash_password("x" * (MINIMUM_LENGTH - 1))
    assert short.value.code == "password_too_short"
    assert str(MINIMUM_LENGTH) in short.value.message
    assert "xxx" not in short.value.message
    with pytest.raises(InputRefused) as long:
        hash_password("x" * (MAXIMUM_LENGTH + 1))
    assert long.value.code == "password_too_long"
    assert not verify_password(hash_password("x" * MAXIMUM_LENGTH), "x" * (MAXIMUM_LENGTH + 1))


def test_weaker_parameters_are_recognised():
    # argon2 of "password" with 8 KiB and one pass, as its reference tool prints it
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$/u0hMD2xw9D2jcYfWzMWhQ"
    assert needs_rehash(weak)
    assert not needs_rehash(hash_password("correct horse battery"))


def test_nothing_is_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        verify_password(hash_password("correct horse battery"), "wrong horse battery")
    assert caplog.text == ""
