"""The sentences of packs: nobody's reason is shown in another's words, none without any."""

import pytest

from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import registry_of
from bim_supervise.core.errors import InputRefused


@pytest.fixture
def worded(tmp_path):
    def make(name, en, zh):
        folder = tmp_path / name
        folder.mkdir()
        for language, text in (("en", en), ("zh", zh)):
            lines = "".join(f"  {code}: {sentence}\n" for code, sentence in text.items())
            (folder / f"{language}.yaml").write_text(f"reason:\n{lines}" if lines else "", "utf-8")
        return Pack(name=name, version="1", title={"en": name, "zh": name}, catalogue=folder)

    return make


def refusal(*packs):
    with pytest.raises(InputRefused) as refused:
        registry_of(packs)
    return refused.value.message


def test_a_pack_that_words_a_reason_of_the_platform_otherwise_is_refused_with_the_way_out(worded):
    message = refusal(worded("far", {"no_data": "Nobody came"}, {"no_data": "无人"}))
    assert "reason.no_data" in message
    assert "the platform" in message
    assert "far.no_data" in message


def test_two_packs_cannot_mean_different_things_by_one_code(worded):
    first = worded("one", {"too_much": "Too much dust"}, {"too_much": "粉尘过多"})
    assert "pack 'one'" in refusal(first, worded("two", {"too_much": "Too much noise"}, {"too_much": "噪声"}))


def test_the_same_words_and_codes_under_the_own_name_are_accepted(worded):
    text = ({"too_much": "Too much dust"}, {"too_much": "粉尘过多"})
    own = worded("three", {"three.too_much": "Too much noise"}, {"three.too_much": "噪声过大"})
    registry = registry_of([worded("one", *text), worded("two", *text), own])
    assert registry.catalogue.text("reason.three.too_much", "zh") == "噪声过大"
    assert registry.catalogue.text("reason.too_much", "en") == "Too much dust"


def test_a_sentence_in_one_language_only_is_refused(worded):
    assert "'reason.too_much' in zh" in refusal(worded("one", {"too_much": "Too much dust"}, {}))


def test_a_code_without_a_sentence_is_shown_with_words_that_say_so(worded):
    catalogue = registry_of([]).catalogue
    assert "'never_worded'" in catalogue.text("reason.never_worded", "en", share=1)
    assert "never_worded" in catalogue.text("reason.never_worded", "zh") != "reason.never_worded"
