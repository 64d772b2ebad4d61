"""A small provider of OpenID Connect: it lets in whomever a test says, as providers do, and as they should not."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.web_server import Asked, WebServer, serving

CLIENT, SECRET = "hazecast-desk", "the client's own secret"
Bent = Callable[[dict[str, Any]], dict[str, Any]]


@cache
def key(kid: str) -> RSAKey:
    """A key pair; made once, for it takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that claims to need no signature."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


@dataclass
class Provider:
    """The provider at an address, who is logged in there, and how its tokens are bent."""

    server: WebServer
    clock: Callable[[], datetime]
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "248289761001"})
    bend: Bent = field(default=lambda claims: claims)
    sign: Callable[[dict[str, Any]], str] = field(default=lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, key("one")))
    asked_for: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return self.server.url.replace("127.0.0.1", "localhost")  # to a browser another site than the desk's

    def discovery(self, asked: Asked) -> None:
        endpoints = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        self._json(asked, {"issuer": self.issuer} | {name: self.issuer + path for name, path in endpoints.items()})

    def keys(self, asked: Asked) -> None:
        self._json(asked, {"keys": [key("one").as_dict(private=False)]})

    def authorize(self, asked: Asked) -> None:
        """Who is logged in here is sent back at once, with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(8)
        self.asked_for[code] = query
        asked.answer(302, Location=f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}")

    def token(self, asked: Asked) -> None:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        given = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        wanted = self.asked_for.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        known = [unquote(part) for part in given.split(":")] == [CLIENT, SECRET]
        if wanted is None or not known or challenge != wanted["code_challenge"] or form["redirect_uri"] != wanted["redirect_uri"]:
            self._json(asked, {"error": "invalid_grant"}, 400)
            return
        seconds = int(self.clock().timestamp())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": seconds, "exp": seconds + 300, "nonce": wanted["nonce"]}
        claims = self.bend(usual | self.person)
        self._json(asked, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(claims)})

    @staticmethod
    def _json(asked: Asked, told: dict[str, Any], status: int = 200) -> None:
        asked.answer(status, json.dumps(told).encode(), Content_Type="application/json")


@contextmanager
def openid_provider(clock: Callable[[], datetime]) -> Iterator[Provider]:
    with serving() as server:
        provider = Provider(server, clock)
        server.route("/.well-known/openid-configuration", provider.discovery)
        server.route("/keys", provider.keys)
        server.route("/authorize", provider.authorize)
        server.route("/token", provider.token)
        yield provider
