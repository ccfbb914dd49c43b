"""Who may speak, on a real Mosquitto: TLS, users, topic permissions, and Sparkplug's host state."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import UTC, datetime

import pytest
from test_events_sparkplug import BIRTH, payload

from bim_supervise import api
from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.sources_mqtt import MqttSource
from bim_supervise.events.sparkplug import decode

pytestmark = pytest.mark.broker

FEEDS = """\
feeds:
  - {name: gateways, door: mqtt, topics: [site/+/data], vouched: true, devices: ["{1}"]}
"""


@pytest.fixture
def certificates(tmp_path):
    folder = tmp_path / "tls"
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(folder / "key.pem"),
         "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def broker(mosquitto_broker, certificates, second_port):
    """The broker of the other tests, with TLS beside it and an access list for two gateways."""
    folder = mosquitto_broker.folder
    for user in ("N1", "N2"):
        subprocess.run(["mosquitto_passwd", "-b", str(folder / "passwords"), user, "word"], check=True)
    (folder / "acl").write_text(
        "user N1\ntopic write site/N1/data\nuser N2\ntopic write site/N2/data\nuser site\ntopic readwrite #\n"
    )
    with (folder / "mosquitto.conf").open("a") as file:
        file.write(
            f"acl_file {folder}/acl\nlistener {second_port} 127.0.0.1\n"
            f"certfile {certificates}/cert.pem\nkeyfile {certificates}/key.pem\n"
        )
    mosquitto_broker.stop()
    mosquitto_broker.start()
    return mosquitto_broker


def publish(broker, user, topic, value, minute=0):
    row = {"device": topic.split("/")[1], "kind": "noise_level", "value": value,
           "time": f"2026-03-20T08:{minute:02}:00+08:00"}  # fmt: skip
    subprocess.run(
        ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-u", user, "-P", "word", "-t", topic,
         "-q", "1", "-m", json.dumps(row)],
        check=True, timeout=30, capture_output=True,
    )  # fmt: skip


async def until(condition, what):
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail(what)


def flags(project, device):
    with project._store.reading() as work:
        return work.readings(device, "noise_level", 0, 2**60).flags.tolist()


def test_over_tls_a_gateway_speaks_for_itself_and_its_password_opens_no_other_topic(
    broker, certificates, second_port, tmp_path
):
    project = api.Project.create(tmp_path / "site", "TLS")
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    project.load_feeds(tmp_path / "feeds.yaml")
    user = broker.url.split("//")[1].split("@")[0]
    url = f"mqtts://{user}@127.0.0.1:{second_port}?ca={certificates}/cert.pem"

    async def story():
        stop = asyncio.Event()
        listening = asyncio.create_task(api.listen(project, url, ["site/#"], False, stop))
        minute = 0
        while not flags(project, "N1"):
            minute += 1
            await asyncio.to_thread(publish, broker, "N1", "site/N1/data", 60, minute)
            await asyncio.sleep(0.2)
        await asyncio.to_thread(publish, broker, "N2", "site/N1/data", 99, 58)
        await asyncio.to_thread(publish, broker, "N2", "site/N2/data", 61, 59)
        await until(lambda: flags(project, "N2"), "the second gateway was not heard")
        stop.set()
        await listening

    asyncio.run(story())
    assert set(flags(project, "N1")) == {0}
    with project._store.reading() as work:
        assert 990 not in work.readings("N1", "noise_level", 0, 2**60).steps.tolist()
    project.close()


def test_a_broker_whose_certificate_nobody_vouches_for_is_not_spoken_to(broker, second_port):
    async def story():
        async def handle(messages):
            pytest.fail("nothing may come")

        source = MqttSource(f"mqtts://site:x@127.0.0.1:{second_port}?version=4", ["#"], handle, client_id="t")
        stop = asyncio.Event()
        running = asyncio.create_task(source.run(stop))
        await until(lambda: source.last_error, "no error was told")
        stop.set()
        await running
        return source.last_error

    assert "certificate" in asyncio.run(story()).lower()


def test_a_sparkplug_host_says_that_it_listens_asks_for_births_and_says_when_it_is_gone(
    mosquitto_broker, tmp_path
):
    project = api.Project.create(tmp_path / "site", "Sparkplug")
    heard = []

    async def story():
        async def note(messages):
            heard.extend(messages)

        stop, over = asyncio.Event(), asyncio.Event()
        node = MqttSource(
            mosquitto_broker.url, ["spBv1.0/STATE/#", "spBv1.0/+/NCMD/#"], note, client_id="node"
        )
        edge = asyncio.create_task(node.run(over))
        await until(lambda: node.connected, "the node was not connected")
        host = asyncio.create_task(
            api.listen(project, mosquitto_broker.url, None, True, stop, sparkplug_host="h1")
        )
        await until(lambda: any(b"true" in data for _, data in heard), "the host never said it is there")
        now = epoch_ms(datetime.now(UTC))
        node.publish("spBv1.0/site/NDATA/n1", payload(3, {"alias": 4, "float_value": 61.0}, timestamp=now))
        await until(lambda: any("NCMD" in topic for topic, _ in heard), "no birth was asked for")
        node.publish("spBv1.0/site/NBIRTH/n1", BIRTH)
        node.publish("spBv1.0/site/NDATA/n1", payload(1, {"alias": 4, "float_value": 62.0}, timestamp=now))
        await until(lambda: len(flags(project, "site/n1")) == 2, "the data did not arrive")
        stop.set()
        report = await host
        await until(lambda: b"false" in heard[-1][1], "the host never said it is gone")
        over.set()
        await edge
        return report

    report = asyncio.run(story())
    assert report["rejected_reasons"]["sparkplug_not_born"] == 1
    [command] = [data for topic, data in heard if topic == "spBv1.0/site/NCMD/n1"]
    assert decode(command).metrics[0].name == "Node Control/Rebirth"
    states = [json.loads(data) for topic, data in heard if topic == "spBv1.0/STATE/h1"]
    assert [state["online"] for state in states] == [True, False]
    again = api.Project.open(tmp_path / "site")
    assert again.sparkplug_nodes() == {"site/n1": False}
    again.close()
    project.close()
