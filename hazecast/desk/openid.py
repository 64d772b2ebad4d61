"""Login by OpenID Connect: the code flow with PKCE, and what makes an ID token good. Needs the optional part 'openid'.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9207 (who answered). The protocol is Authlib's, signatures are joserfc's.
"""

import base64
import hashlib
import hmac
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hazecast.config.delivery import LOOPBACK
from hazecast.config.openid import OpenIdSettings
from hazecast.delivery.secret import read_secret
from hazecast.errors import SettingsError
from hazecast.records import Identity

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By keys of which the provider alone has the secret half: 'none' is not among them, nor is any that the client's secret could sign by."""
LEEWAY_S = 60
OLDEST_S = 600
MOST_BYTES = 256 * 1024


class NotVouchedFor(Exception):
    """The provider lets nobody in, or its word is not good; says why, for the audit trail."""


class ProviderSilent(Exception):
    """The provider could not be asked, or what it says of itself is not usable; says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """The three words that tie a login to the browser that began it. They are made of the one secret that the browser keeps."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says of itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool


def words_of(secret: str) -> Words:
    """The words of a browser's secret; none of them tells another."""

    def word(purpose: bytes) -> str:
        return base64.urlsafe_b64encode(hmac.digest(secret.encode(), purpose, hashlib.sha256)).decode().rstrip("=")

    return Words(word(b"state"), word(b"nonce"), word(b"verifier"))


def address_to_log_in(settings: OpenIdSettings, words: Words) -> str:
    """Where a browser goes to be vouched for; raises ProviderSilent, and SettingsError for certificates that cannot be read."""
    with _client(settings) as client:
        provider = _provider(client, settings)
        address, _ = client.create_authorization_url(
            provider.authorization_endpoint, state=words.state, code_verifier=words.verifier, nonce=words.nonce
        )
    return str(address)


def identity_of(settings: OpenIdSettings, words: Words, code: str, now: datetime) -> Identity:
    """Whom the provider vouches for, in exchange for the code that it sent; raises NotVouchedFor and ProviderSilent, SettingsError."""
    with _client(settings) as client:
        provider = _provider(client, settings)
        client.client_secret = read_secret(settings.secret)
        client.token_endpoint_auth_method = "client_secret_basic" if provider.takes_basic else "client_secret_post"
        token = _token(client, provider, code, words)
        keys = _document(client, provider.jwks_uri)
    claims = _claims(token, keys, settings, words, now)
    return _identity(settings, claims)


def _client(settings: OpenIdSettings) -> Any:
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as broken:
        raise SettingsError(f"{settings.ca_file} holds no certificates: {broken}.", "Name a PEM file in desk.openid.ca_file.") from broken
    return OAuth2Client(
        client_id=settings.client_id,
        redirect_uri=settings.redirect_uri,
        scope=settings.scope,
        code_challenge_method="S256",
        timeout=settings.timeout_seconds,
        verify=trust,
        follow_redirects=False,
    )


def _provider(client: Any, settings: OpenIdSettings) -> Provider:
    """OpenID Connect Discovery 1.0, section 4; asked anew each time, so that nothing of it is out of date."""
    told = _document(client, f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != settings.issuer:
        raise ProviderSilent(f"the provider calls itself {told.get('issuer')!r:.200}; desk.openid.issuer is {settings.issuer!r}")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    endpoints = {name: _secure(name, told.get(name)) for name in names}
    methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Provider(**endpoints, takes_basic="client_secret_basic" in methods)


def _secure(name: str, address: object) -> str:
    parts = urlsplit(address) if isinstance(address, str) else None
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ProviderSilent(f"its {name} is {address!r:.200}; expected https://…")
    return str(address)


def _document(client: Any, address: str) -> dict[str, Any]:
    try:
        answer = client.get(address, auth=None)  # no token goes along: there is none yet
        answer.raise_for_status()
        told = answer.json() if len(answer.content) <= MOST_BYTES else None
    except (httpx2.HTTPError, ValueError) as broken:
        raise ProviderSilent(f"{address}: {type(broken).__name__} {broken!s:.200}") from broken
    if not isinstance(told, dict):
        raise ProviderSilent(f"{address} is no JSON object of {MOST_BYTES:,} bytes at most")
    return told


def _token(client: Any, provider: Provider, code: str, words: Words) -> dict[str, Any]:
    try:
        token: dict[str, Any] = client.fetch_token(provider.token_endpoint, code=code, code_verifier=words.verifier)
    except httpx2.HTTPError as broken:
        raise ProviderSilent(f"{provider.token_endpoint}: {type(broken).__name__} {broken!s:.200}") from broken
    except (AuthlibBaseError, ValueError) as refused:
        raise NotVouchedFor(f"the code was refused: {refused!s:.200}") from refused
    return token


def _claims(token: dict[str, Any], keys: dict[str, Any], settings: OpenIdSettings, words: Words, now: datetime) -> dict[str, Any]:
    """What a good ID token says: signed by the provider, for this client, now, and for the login that this browser began."""
    raw, seconds = token.get("id_token"), int(now.timestamp())
    if not isinstance(raw, str):
        raise NotVouchedFor("there is no ID token")
    expected: Any = {"iss": {"essential": True, "value": settings.issuer}, "aud": {"essential": True, "value": settings.client_id}}
    known = {"nonce": words.nonce, "client_id": settings.client_id, "access_token": token.get("access_token")}
    try:
        signed = jwt.decode(raw, KeySet.import_key_set({"keys": _signing(keys)}), algorithms=ALGORITHMS)
        claims = CodeIDToken(signed.claims, signed.header, expected, known)
        claims.validate(now=seconds, leeway=LEEWAY_S)
    except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as refused:
        raise NotVouchedFor(f"the ID token is not good: {type(refused).__name__} {refused!s:.200}") from refused
    if not isinstance(claims["iat"], int | float) or not seconds - OLDEST_S <= claims["iat"]:
        raise NotVouchedFor(f"the ID token was issued at {claims['iat']!r:.40}, more than {OLDEST_S} s ago")
    return dict(claims)


def _signing(keys: dict[str, Any]) -> list[Any]:
    listed = keys.get("keys")
    if not isinstance(listed, list):
        raise ValueError("the provider publishes no keys")
    return [key for key in listed if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]


def _identity(settings: OpenIdSettings, claims: dict[str, Any]) -> Identity:
    value = claims.get(settings.claim)
    if not isinstance(value, str):
        raise NotVouchedFor(f"the ID token has no {settings.claim}")
    if settings.claim == "email" and claims.get("email_verified") is not True:
        raise NotVouchedFor(f"the provider has not verified the mail address {value!r:.300}")
    try:
        return settings.identity(value)
    except ValueError as nobody:
        raise NotVouchedFor(str(nobody)) from nobody
