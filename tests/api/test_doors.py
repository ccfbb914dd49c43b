"""Who sent it: tokens, feeds and formats through the facade, up to the gates they may not open."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from small_site import PASSWORD, build

from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, SupervisionError
from bim_supervise.events.read_feeds import read_feeds

LEVEL = {"device": "N1", "kind": "noise_level", "time": "2026-03-20T11:00:00", "value": 61.5}
STARTED = {"kind": "task_started", "task": "B", "time": "2026-03-04T08:00:00"}
PASSED = {"kind": "inspected", "task": "B", "time": "2026-03-05T18:00:00", "value": "pass"}
IMAGE = "ab" * 32


@pytest.fixture
def staffed(tmp_path, clock):
    made = build(tmp_path / "staffed", clock, tmp_path / "inputs")
    yield made
    made.close()


@pytest.fixture
def project(tmp_path, clock):
    made = build(tmp_path / "site", clock, tmp_path / "inputs", people=False)
    yield made
    made.close()


def token(project, *devices, **more):
    return project.add_sender("gateway", devices, by="admin", **more)


def post(project, secret, *items, feed="readings", address="10.1.2.3"):
    body = json.dumps(items[0] if len(items) == 1 else items).encode()
    return project.receive(secret, body, feed=feed, address=address)


def flags(project, device="N1", kind="noise_level"):
    with project._store.reading() as work:
        return work.readings(device, kind, 0, 2**60).flags.tolist()


def test_a_token_is_shown_once_hashed_and_revocable(project):
    identity, secret = token(project, "N*")
    assert post(project, secret, LEVEL)["stored"] == 1
    [view] = project.senders()
    assert (view.id, view.devices, view.revoked_at) == (identity, ("N*",), None)
    assert view.last_used_at is not None
    with project._store.reading() as work:
        record = work.sender(identity)
    assert secret.split("_", 2)[2] not in repr(record) + record.secret_hash
    project.revoke_sender(identity)
    with pytest.raises(AuthenticationFailed, match="revoked"):
        post(project, secret, LEVEL)
    with pytest.raises(NotFound):
        project.revoke_sender("nobody")


@pytest.mark.parametrize("bad", ["", "bst_", "bst_00000000_x", "x_y_z", "bst__", "é" * 300])
def test_a_wrong_token_stores_nothing(project, bad):
    _, secret = token(project, "N1")
    for attempt in (bad, secret[:-1], secret + "x", secret.replace("bst", "bsx")):
        with pytest.raises(AuthenticationFailed):
            post(project, attempt, LEVEL)
    assert flags(project) == []


def test_a_token_bound_to_a_network_is_good_from_there_only(project):
    _, secret = token(project, "N1", addresses=["10.1.0.0/16"])
    assert post(project, secret, LEVEL)["stored"] == 1
    with pytest.raises(AuthenticationFailed):
        post(project, secret, LEVEL, address="10.2.0.1")


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"devices": []}, {"devices": [" "]}, {"addresses": ["10.1.2"]}]
)
def test_a_sender_that_makes_no_sense_is_refused(project, wrong):
    with pytest.raises(InputRefused) as refused:
        project.add_sender(**{"name": "g", "devices": ["N1"], "by": "admin"} | wrong)
    assert refused.value.code == "sender_invalid"


def test_sent_again_nothing_is_stored_twice_and_every_item_has_its_result(project):
    _, secret = token(project, "N1")
    bad = {**LEVEL, "time": "yesterday"}
    group = {"device": "N1", "kind": "noise_level", "readings": [
        {"time": "2026-03-20T11:01:00", "value": 60}, {"time": "2026-03-20T11:02:00", "value": "loud"}
    ]}  # fmt: skip
    first = post(project, secret, LEVEL, bad, group, 7)
    assert [item["status"] for item in first["items"]] == ["accepted", "rejected", "partly", "rejected"]
    assert [item["reasons"] for item in first["items"]] == [
        [], ["time_invalid"], ["value_invalid"], ["json_not_object"]
    ]  # fmt: skip
    assert (first["stored"], first["duplicates"]) == (2, 0)
    second = post(project, secret, LEVEL, bad, group, 7)
    assert (second["stored"], second["duplicates"], second["items"]) == (0, 2, first["items"])


def test_too_many_items_and_unknown_feeds_are_refused(project):
    _, secret = token(project, "N1")
    with pytest.raises(InputRefused) as refused:
        post(project, secret, *([LEVEL] * 10_001))
    assert refused.value.code == "too_many_items"
    with pytest.raises(NotFound) as unknown:
        post(project, secret, LEVEL, feed="nothing")
    assert unknown.value.code == "feed_unknown"


def test_what_a_token_may_not_speak_for_is_kept_as_unauthenticated(project):
    _, narrow = token(project, "N2")
    assert post(project, narrow, LEVEL)["stored"] == 1
    assert flags(project) == [2]
    _, right = token(project, "N1")
    assert post(project, right, LEVEL)["duplicates"] == 1
    assert flags(project) == [0], "the known sender vouches for the same value"


@pytest.mark.parametrize("statements", [False, True])
def test_only_a_token_for_statements_gets_evidence_to_a_gate(project, statements):
    _, secret = token(project, "N1", statements=statements)
    post(project, secret, STARTED, PASSED)
    state = project.checkpoint("CP-RB").state
    assert state == ("waiting_for_signature" if statements else "undetermined")
    if not statements:
        assert {fact.authenticated for fact in project.facts("B")} == {False}


def test_no_door_lets_an_unauthenticated_statement_open_a_gate(staffed, tmp_path):
    project = staffed
    lines = [json.dumps(STARTED), json.dumps(PASSED)]
    project.ingest([("x/y", line.encode()) for line in lines], authenticated=False)
    file = tmp_path / "played.jsonl"
    file.write_text("\n".join(lines))
    project.observe([file])
    assert project.checkpoint("CP-RB").state != "waiting_for_signature"
    signed = project.sign("CP-RB", "liu", "accept", "trusting nobody's word", password=PASSWORD)
    assert signed["state"] != "released"


def vision(confidence=0.93, **more):
    return {
        "camera": "CAM-1", "time": "2026-03-05T18:00:00+08:00", "model": "ppe 2.1", "image_sha256": IMAGE,
        "detections": [{"class": "rebar_complete", "confidence": confidence, "box": [1, 2, 30, 40]}], **more,
    }  # fmt: skip


def test_a_vision_event_is_kept_with_model_confidence_and_image_and_releases_nothing(project):
    _, secret = token(project, "CAM-*", statements=True)
    post(project, secret, STARTED)
    before = project.checkpoint("CP-RB").state
    report = post(project, secret, vision(), {**vision(), "task": "B", "kind": "inspected"}, feed="vision")
    assert report["stored"] == 1
    assert project.checkpoint("CP-RB").state == before == "waiting_for_evidence"
    [seen] = project.facts("CAM-1")
    assert (seen.kind, seen.value, seen.reporter, seen.authenticated) == (
        "vision_detection", 0.93, "ppe 2.1", True
    )  # fmt: skip
    assert seen.payload["image"] == IMAGE
    assert seen.payload["detections"][0]["box"] == [1, 2, 30, 40]


@pytest.mark.parametrize(
    "wrong",
    [
        {"image_sha256": "xyz"}, {"model": None}, {"detections": []}, {"detections": [{"class": "a"}]},
        {"detections": [{"class": "a", "confidence": 1.2}]}, {"detections": [3]}, {"detections": "no"},
    ],
)  # fmt: skip
def test_a_vision_event_without_its_parts_is_rejected(project, wrong):
    _, secret = token(project, "CAM-1")
    report = post(project, secret, vision(**wrong), feed="vision")
    assert report["items"] == [{"index": 0, "status": "rejected", "reasons": ["vision_invalid"]}]


def test_vision_cannot_be_mapped_to_anything_else(project, tmp_path):
    file = tmp_path / "feeds.yaml"
    file.write_text(
        "feeds: [{name: eye, door: http, format: vision, mapping: {observations: [{kind: inspected, "
        "subject: {type: task, id: B}, time: {column: time}, value: pass}]}}]"
    )
    with pytest.raises(InputRefused) as refused:
        project.load_feeds(file)
    assert refused.value.code == "feeds_invalid"


CHIRPSTACK = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-03-20T03:00:00.123Z",
    "deviceInfo": {"tenantName": "site", "applicationName": "dust", "deviceName": "n1", "devEui": "N1"},
    "dr": 5, "fCnt": 10, "fPort": 2, "confirmed": False, "data": "AQI=",
    "object": {"laeq": 64.2, "battery": 3.6},
    "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -48, "snr": 9.0}],
}  # fmt: skip


def test_a_chirpstack_uplink_becomes_the_readings_its_profile_decoded(project):
    _, secret = token(project, "N1")
    assert post(project, secret, CHIRPSTACK, feed="chirpstack")["stored"] == 1
    assert post(project, secret, CHIRPSTACK, feed="chirpstack")["duplicates"] == 1
    assert flags(project) == [0]
    empty = post(project, secret, {**CHIRPSTACK, "object": {"battery": 3}}, feed="chirpstack")
    assert empty["rejected_reasons"] == {"row_empty": 1}


STREAM = {"@iot.id": 7, "unitOfMeasurement": {"symbol": "dB(A)"}, "Thing": {"name": "N1"},
          "ObservedProperty": {"name": "noise_level"}}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "stored"),
    [
        ({"phenomenonTime": "2026-03-20T03:00:00Z", "result": 61, "Datastream": STREAM}, 1),
        ({"value": [{"phenomenonTime": "2026-03-20T03:00:00Z/2026-03-20T03:15:00Z", "result": 61.2,
                     "Datastream": STREAM}]}, 1),
        ({"Datastream": STREAM, "components": ["phenomenonTime", "result"],
          "dataArray": [["2026-03-20T03:00:00Z", 61], ["2026-03-20T03:01:00Z", 62], ["broken"]]}, 2),
    ],
)  # fmt: skip
def test_sensorthings_observations_come_single_collected_or_in_arrays(project, document, stored):
    _, secret = token(project, "N1")
    report = post(project, secret, document, feed="sensorthings")
    assert report["stored"] == stored
    with project._store.reading() as work:
        intervals = work.readings("N1", "noise_level", 0, 2**60).interval_ms.tolist()
    assert intervals[0] == (900_000 if "/" in json.dumps(document) else 60_000)


SNAPSHOT = """\
<Fleet><Equipment><EquipmentHeader><EquipmentID>EX-1</EquipmentID></EquipmentHeader>
<Location datetime="2026-03-20T02:58:00Z"><Latitude>39.9</Latitude><Longitude>116.6</Longitude></Location>
<CumulativeOperatingHours datetime="2026-03-20T02:59:00Z"><Hour>{}</Hour></CumulativeOperatingHours>
</Equipment></Fleet>"""


def test_snapshots_of_machines_come_by_http_and_as_files_and_nobody_vouches_for_the_latter(project, tmp_path):
    _, secret = token(project, "EX-*")
    report = project.receive(secret, SNAPSHOT.format("1250.5").encode(), feed="aemp")
    assert (report["stored"], report["rejected_count"]) == (3, 0)
    assert project.receive(secret, SNAPSHOT.format("1250.5").encode(), feed="aemp")["duplicates"] == 3
    assert flags(project, "EX-1", "operating_hours") == [0]
    file = tmp_path / "fleet.xml"
    file.write_text(SNAPSHOT.format("1260").replace("EX-1", "EX-2"))
    assert project.observe([file])["stored"] == 3
    assert flags(project, "EX-2", "operating_hours") != [0]


FEEDS = """\
feeds:
  - name: north
    door: mqtt
    topics: [site/north/+/data]
    vouched: true
    devices: ["{2}"]
    mapping:
      each: values
      observations:
        - {kind: {column: name, map: {LAeq: noise_level}}, subject: {type: device, column: dev},
           time: {column: ts}, value: {column: v}}
  - name: open
    door: mqtt
    topics: [site/#]
  - name: things
    door: mqtt
    topics: ["v1.1/+/Observations"]
    format: sensorthings
    vouched: true
    devices: [N1]
    mapping:
      observations:
        - {kind: noise_level, subject: {type: device, column: datastream, map: {7: N1}},
           time: {column: time}, value: {column: value}}
"""


@pytest.fixture
def fed(project, tmp_path):
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    assert project.load_feeds(tmp_path / "feeds.yaml") == {"feeds": 3}
    return project


def north(device, minute, topic_device=None):
    payload = {"dev": device, "values": [{"name": "LAeq", "v": 60, "ts": f"2026-03-20T11:{minute:02}:00"}]}
    return f"site/north/{topic_device or device}/data", json.dumps(payload).encode()


def test_a_topic_speaks_for_the_devices_its_feed_says_and_for_no_other(fed):
    report = fed.ingest([north("N1", 1), north("N1", 2, "N9"), north("N1", 3, "*")], authenticated=True)
    assert report["stored"] == 3
    assert flags(fed) == [0, 2, 2], "the topic of N9 and a topic that is a pattern cannot speak for N1"


def test_the_first_feed_that_fits_decides_and_other_messages_describe_themselves(fed):
    fed.ingest([("site/south/x", json.dumps(LEVEL).encode())], authenticated=True)
    assert flags(fed) == [2], "the feed vouches for nobody, whatever the listener was told"
    other = {**LEVEL, "time": "2026-03-20T11:10:00"}
    fed.ingest([("bim-supervise/x", json.dumps(other).encode())], authenticated=True)
    assert flags(fed) == [2, 0]
    thing = {"phenomenonTime": "2026-03-20T03:20:00Z", "result": 61}
    fed.ingest([("v1.1/Datastreams(7)/Observations", json.dumps(thing).encode())], authenticated=False)
    assert flags(fed) == [2, 0, 0]
    assert [feed.name for feed in fed.feeds()] == ["north", "open", "things"]
    assert fed.feed_mapping("north")["each"] == "values"


@pytest.mark.parametrize(
    "text",
    [
        "feeds: 3", "other: []", "feeds: [3]", "feeds: [{name: a, door: mqtt}]",
        "feeds: [{name: a, door: window}]", "feeds: [{name: a, door: http, topics: [x]}]",
        "feeds: [{name: a, door: mqtt, topics: ['a/#/b']}]", "feeds: [{name: a, door: http, format: x}]",
        "feeds: [{name: a, door: http}, {name: a, door: http}]", "feeds: [{name: a, door: http, x: 1}]",
        "feeds: [{name: a, door: http, vouched: 3}]", "feeds: [{name: '', door: http}]",
        "feeds: [{name: a, door: http, mapping: {observations: []}}]",
    ],
)  # fmt: skip
def test_a_wrong_feed_file_is_refused(tmp_path, text):
    (tmp_path / "wrong.yaml").write_text(text)
    with pytest.raises(SupervisionError) as refused:
        read_feeds(tmp_path / "wrong.yaml")
    assert refused.value.code in ("feeds_invalid", "mapping_invalid")


def test_a_batch_of_many_topics_is_one_transaction(fed):
    before = evidence_revision(fed)
    fed.ingest([north(f"D{n}", n % 60) for n in range(100)], authenticated=False)
    assert evidence_revision(fed) == before + 1


def evidence_revision(project):
    with project._store.reading() as work:
        return work.setting("revision.evidence", 0)


def test_when_a_sender_was_heard_is_known_to_the_minute(project, clock):
    _, secret = token(project, "N1")
    post(project, secret, LEVEL)
    heard = project.senders()[0].last_used_at
    clock.now += timedelta(seconds=30)
    post(project, secret, LEVEL)
    assert project.senders()[0].last_used_at == heard
    clock.now += timedelta(seconds=31)
    post(project, secret, LEVEL)
    assert project.senders()[0].last_used_at == clock.now
