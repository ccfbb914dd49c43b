"""Limits by layer: a lower one may only tighten, unless signed; the edition follows the event."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from bim_supervise.checkpoints.limits import in_force, layer_of
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.site_rules import SiteRules, parse_site_rules
from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import InputRefused

REGISTRY = load_packs()
ZONE = ZoneInfo("Asia/Shanghai")


def settings(text):
    return parse_site_rules(yaml.safe_load(text), "rules.yaml", REGISTRY.rules, REGISTRY.shipped)


def limit_of(rule, wall, site=None):
    rows = REGISTRY.for_site(site or SiteRules()).limits(rule)
    return in_force(rows, to_utc(datetime.fromisoformat(wall), ZONE), ZONE)


def row(limit, **more):
    fields = {
        "rule": "NOI-CN-02", "layer": "contract", "value": limit, "clause": "7.2",
        "edition": "contract 2026-14", "effective_from": "2026-03-01", **more,
    }  # fmt: skip
    return yaml.safe_dump({"limits": [fields]})


def test_the_layers_are_ordered_and_countries_and_cities_are_told_apart():
    order = ["law", "CN", "CN-11", "design", "contract", "platform"]
    assert [layer_of(name) for name in order] == sorted(layer_of(name) for name in order)


def test_a_contract_may_tighten_from_its_day_on():
    site = settings(row(50))
    assert limit_of("NOI-CN-02", "2026-02-28 23:00", site).value == 55
    tightened = limit_of("NOI-CN-02", "2026-03-01 23:00", site)
    assert (tightened.value, tightened.edition, tightened.jurisdiction) == (
        50,
        "contract 2026-14",
        "contract",
    )
    assert (tightened.unit, tightened.window, tightened.condition["from"]) == ("dB(A)", "PT20M", "22:00")


def test_loosening_without_a_signed_reason_is_refused():
    with pytest.raises(InputRefused) as refused:
        settings(row(60))
    assert refused.value.code == "limit_loosened"
    assert "55" in str(refused.value.message)
    assert refused.value.params["rule"] == "NOI-CN-02"


@pytest.mark.parametrize(
    "loosens",
    [
        {"by": "chen.wei", "reason": "permit 88"},
        {"by": "chen.wei", "day": "2026-02-27", "reason": " "},
        {"by": "", "day": "2026-02-27", "reason": "permit 88"},
        {"by": "chen.wei", "day": "some day", "reason": "permit 88"},
    ],
)
def test_a_reason_lacks_neither_name_nor_day_nor_words(loosens):
    with pytest.raises(InputRefused) as refused:
        settings(row(60, loosens=loosens))
    assert refused.value.code == "site_rules_invalid"


def test_a_signed_dated_reason_loosens_and_stays_visible():
    site = settings(row(60, loosens={"by": "chen.wei", "day": "2026-02-27", "reason": "night permit 88"}))
    loosened = limit_of("NOI-CN-02", "2026-03-01 23:00", site)
    assert (loosened.value, loosened.override_by, loosened.override_on) == (60, "chen.wei", date(2026, 2, 27))
    assert site.loosened == (loosened,)


def test_a_lower_layer_tightens_what_a_signed_reason_has_loosened():
    design = settings(
        row(60, layer="design", loosens={"by": "chen.wei", "day": "2026-02-27", "reason": "permit"})
    )
    contract = settings(row(50))
    both = SiteRules(limits=(*design.limits, *contract.limits))
    assert limit_of("NOI-CN-02", "2026-03-01 23:00", both).value == 50


def test_a_default_of_the_platform_gives_way():
    site = settings(
        row(72, rule="NOI-CN-11", condition={"from": "06:00", "to": "22:00"}),
    )
    assert limit_of("NOI-CN-11", "2026-03-01 12:00", site).value == 72
    assert limit_of("NOI-CN-11", "2026-03-01 23:00", site).value == 55


def test_the_edition_follows_the_date_of_the_event():
    assert limit_of("NOI-CN-01", "2025-12-31 12:00").edition == "GB 12523-2011"
    assert limit_of("NOI-CN-01", "2026-01-01 12:00").edition == "GB 12523-2025"


def test_of_two_rows_of_one_layer_the_stricter_holds():
    site = settings(row(50))
    (made,) = site.limits
    looser = SiteRules(limits=(made, replace(made, value=52.0, edition="other contract")))
    assert limit_of("NOI-CN-02", "2026-03-01 23:00", looser).value == 50


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule": "NOI-CN-99"}, "rule"),
        ({"layer": "national"}, "layer"),
        ({"value": "low"}, "value"),
        ({"clause": ""}, "clause"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"window": "PT1H"}, "window"),
    ],
)
def test_what_cannot_be_understood_is_named(change, field):
    with pytest.raises(InputRefused) as refused:
        settings(row(50, **change))
    assert refused.value.code == "site_rules_invalid"
    assert refused.value.params["field"] == field


def test_parameters_of_a_family_and_of_one_rule_are_joined():
    site = settings("parameters: {NOI: {a: 1, b: 2}, NOI-CN-02: {b: 3}}")
    assert site.parameters_of("NOI-CN-02") == {"a": 1, "b": 3}
    assert site.parameters_of("NOI-CN-01") == {"a": 1, "b": 2}
    assert site.parameters_of("PRG-01") == {}
    with pytest.raises(InputRefused):
        settings("parameters: {NOISE: {a: 1}}")
    with pytest.raises(InputRefused):
        settings("profiles: [nowhere]")
