"""Which addresses are asked: plain web addresses, and from one in public never one in a private network."""

import ipaddress
import socket
from collections.abc import Callable

import httpx2

from hazecast.errors import FetchError, SettingsError
from hazecast.fetch.secrecy import public_url

WEB = ("https", "http")
Resolve = Callable[[str], tuple[str, ...]]
"""The numeric addresses of a host; none where they cannot be found."""


def resolved(host: str) -> tuple[str, ...]:
    """The numeric addresses of `host` as this machine finds them; a proxy may know more."""
    try:
        return tuple(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return ()


def base_address(text: str) -> str:
    """The address of a source or its mirror, as somebody gave it, without a slash at its end; raises SettingsError."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as wrong:
        raise SettingsError(f"{text!r} is not a web address: {wrong}.", "Give one such as https://mirror.example/data.") from wrong
    if url.scheme not in WEB or not url.host or url.userinfo or url.query or url.fragment:
        raise SettingsError(
            f"{public_url(text)!r} cannot be fetched from; expected https://host/path, without user, query or fragment.",
            "Give one such as https://mirror.example/data; keys have a place of their own.",
        )
    return str(url).rstrip("/")


def require_fit_for_keys(base: str, resolve: Resolve = resolved) -> None:
    """Raise SettingsError for an address that a key would travel to in the clear; inside one's own network it may."""
    url = httpx2.URL(base)
    if url.scheme != "https" and is_public(url.host, resolve):
        raise SettingsError(f"{base} is asked without encryption, and a key would travel with it.", "Give an address with https.")


def next_address(here: httpx2.URL, location: str, resolve: Resolve) -> httpx2.URL:
    """Where a redirection from `here` leads.

    Raises FetchError where it leaves the web, gives up encryption, or goes from a public host into a private network.
    """
    try:
        there = here.join(location)
    except httpx2.InvalidURL as wrong:
        raise _refused(here, location, "that is no address") from wrong
    if there.scheme not in WEB or not there.host:
        raise _refused(here, location, "that is not on the web")
    if here.scheme == "https" and there.scheme != "https":
        raise _refused(here, location, "that gives up encryption")
    if is_public(here.host, resolve) and not is_public(there.host, resolve):
        raise _refused(here, location, "that is inside a private network")
    return there.copy_with(userinfo=b"")


def _refused(here: httpx2.URL, location: str, reason: str) -> FetchError:
    return FetchError(
        f"{public_url(str(here))} sends us on to {public_url(location)[:200]!r}, and {reason}.",
        "Nothing was fetched from there; see whether something between this machine and the source answers in its place.",
    )


def is_public(host: str, resolve: Resolve) -> bool:
    """Whether every address of `host` is one of the open internet; a name that cannot be resolved here counts as public."""
    return all(_is_global(address) for address in (resolve(host) if not _is_numeric(host) else (host,)))


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_global(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    inner = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (inner or number).is_global


def same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    """Whether both are of one host, port and scheme, so that what is meant for the one may be told to the other."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
