"""The MQTT channel: a notification for each document, and the broker's word that it has each. Needs the optional part 'mqtt'."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hazecast.config.delivery import MqttChannelSettings
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.secret import read_secret
from hazecast.delivery.wis2 import notification
from hazecast.errors import DeliveryFailed, MissingExtra

if TYPE_CHECKING:
    from paho.mqtt.client import Client

AT_LEAST_ONCE = 1


def mqtt_channel(settings: MqttChannelSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Channel:
    """The channel that publishes with quality of service 1; it delivered when the broker has acknowledged every notification."""

    def deliver(parcel: Parcel) -> str:
        until = time.monotonic() + settings.timeout_seconds
        with _connected(settings, until) as client:
            messages = [notification(parcel, document, settings.public_url, clock()) for document in parcel.documents]
            sent = [client.publish(settings.topic, message, qos=AT_LEAST_ONCE) for message in messages]
            for one in sent:
                one.wait_for_publish(max(0.0, until - time.monotonic()))
            if lacking := sum(not one.is_published() for one in sent):
                raise DeliveryFailed(f"The broker acknowledged {len(sent) - lacking} of {len(sent)} notifications.", "It is tried again.")
        return f"{settings.host} at {settings.topic}"

    return deliver


@contextmanager
def _connected(settings: MqttChannelSettings, until: float) -> "Iterator[Client]":
    try:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
    except ImportError as absent:
        raise MissingExtra("Delivering by MQTT", "mqtt") from absent
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False)
    if settings.password is not None:
        client.username_pw_set(settings.user, read_secret(settings.password))
    if settings.tls:
        client.tls_set_context(ssl.create_default_context(cafile=settings.ca_file))
    answered = threading.Event()
    said: list[str] = []

    def on_connect(_client: "Client", _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        said.append("" if not reason.is_failure else str(reason))
        answered.set()

    client.on_connect = on_connect
    client.connect_timeout = settings.timeout_seconds
    client.connect(settings.host, settings.port)
    client.loop_start()
    try:
        if not answered.wait(max(0.0, until - time.monotonic())):
            raise DeliveryFailed("The broker gave no answer.", "See whether it is there.")
        if said[0]:
            raise DeliveryFailed(f"The broker lets us in no further: {said[0]}.", "See that user and password are right.")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
