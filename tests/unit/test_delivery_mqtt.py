"""Notifications through a real broker."""

import base64
import hashlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from hazecast.config.delivery import MqttChannelSettings, SecretSettings
from hazecast.delivery.mqtt import mqtt_channel
from hazecast.delivery.wis2 import notification
from hazecast.errors import DeliveryFailed
from hazecast.records import Document
from tests.parcels import DOCUMENTS, INIT, parcel

TOPIC = "origin/a/wis2/xx-hazecast/data/core/weather/advisories-warnings"
URL = "https://haze.example.org/bulletins/"


def test_a_notification_says_where_what_is_and_what_it_hashes_to() -> None:
    told = json.loads(notification(parcel(), DOCUMENTS[5], URL, INIT))
    assert told["links"] == [
        {
            "rel": "canonical",
            "href": "https://haze.example.org/bulletins/20180427T00Z-1/alert.cap.xml",
            "type": "application/cap+xml",
            "length": 8,
        }
    ]
    properties = told["properties"]
    assert base64.b64decode(properties["integrity"]["value"]) == hashlib.sha512(b"<alert/>").digest()
    assert (properties["pubtime"], base64.b64decode(properties["content"]["value"])) == ("2018-04-27T00:00:00Z", b"<alert/>")
    assert told["id"] == json.loads(notification(parcel(), DOCUMENTS[5], URL, INIT.replace(hour=5)))["id"]
    assert told["id"] != json.loads(notification(parcel("other"), DOCUMENTS[5], URL, INIT))["id"]
    assert "content" not in json.loads(notification(parcel(), Document("a", "text/plain", "", b"x" * 3073), URL, INIT))["properties"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    (folder / "passwords").write_text("hazecast:correct horse\n")
    (folder / "passwords").chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(folder / "passwords")], check=True, timeout=10)
    user = "user root\n" if Path("/proc/self").owner() == "root" else ""
    (folder / "conf").write_text(f"{user}listener {port} 127.0.0.1\npassword_file {folder}/passwords\nallow_anonymous false\n")
    program = shutil.which("mosquitto")
    assert program is not None
    process = subprocess.Popen([program, "-c", str(folder / "conf")], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(10)


def settings(port: int) -> MqttChannelSettings:
    return MqttChannelSettings(
        kind="mqtt",
        host="127.0.0.1",
        port=port,
        tls=False,
        user="hazecast",
        password=SecretSettings(env="MQTT_PASSWORD"),
        topic=TOPIC,
        public_url=URL,
        timeout_seconds=10.0,
    )


@pytest.mark.debian("mosquitto")
def test_the_broker_has_a_notification_of_each_document(broker: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_PASSWORD", "correct horse")
    got: list[MQTTMessage] = []
    ready, all_there = threading.Event(), threading.Event()

    def take(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        got.append(message)
        if len(got) == len(DOCUMENTS):
            all_there.set()

    reader = Client(CallbackAPIVersion.VERSION2)
    reader.username_pw_set("hazecast", "correct horse")
    reader.on_message, reader.on_subscribe = take, lambda *_anything: ready.set()
    reader.connect("127.0.0.1", broker)
    reader.loop_start()
    reader.subscribe(TOPIC, qos=1)
    try:
        assert ready.wait(10)
        assert mqtt_channel(settings(broker))(parcel()) == f"127.0.0.1 at {TOPIC}"
        assert all_there.wait(10)
    finally:
        reader.disconnect()
        reader.loop_stop()
    links = [json.loads(message.payload)["links"][0]["href"].rpartition("/")[2] for message in got]
    assert links == [d.name for d in DOCUMENTS]
    assert {message.qos for message in got} == {1}


@pytest.mark.debian("mosquitto")
def test_a_broker_that_does_not_know_us_gets_nothing_and_the_failure_says_so(broker: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_PASSWORD", "guessed")
    with pytest.raises(DeliveryFailed, match="lets us in no further: Not authorized"):
        mqtt_channel(settings(broker))(parcel())


def test_a_broker_that_is_silent_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_PASSWORD", "correct horse")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quick = settings(silent.getsockname()[1]).model_copy(update={"timeout_seconds": 0.2})
        with pytest.raises(DeliveryFailed, match="gave no answer"):
            mqtt_channel(quick)(parcel())
