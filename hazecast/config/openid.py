"""The section `[desk.openid]` of the settings: who vouches for people at login."""

from pathlib import Path

from pydantic import Field

from hazecast.config.delivery import SecretSettings, SecureAddress
from hazecast.config.fields import Filled, Number, Section
from hazecast.records import Identity

_SCOPES_OF_CLAIMS = {"email": "email", "preferred_username": "profile"}


class OpenIdSettings(Section):
    """A provider of OpenID Connect; see docs/desk.md. Needs the optional part 'openid'."""

    issuer: SecureAddress = Field(description="The provider, by the very address that its tokens name.")
    client_id: Filled = Field(description="What the provider calls this desk.")
    secret: SecretSettings = Field(description="Where the client's secret is kept.")
    public_url: SecureAddress = Field(description="Where browsers find the desk; the provider sends them back to /login/openid/back there.")
    name: Filled = Field("OpenID Connect", max_length=60, description="What the login page calls the provider.")
    claim: Filled = Field("sub", description="The claim that accounts are linked by; of 'email' only one that the provider has verified.")
    scopes: tuple[Filled, ...] = Field(
        (), description="Scopes to ask for besides 'openid', if the claim needs any; those of email are known."
    )
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the machine's.")
    timeout_seconds: Number = Field(10.0, gt=0, le=60, description="How long an answer of the provider is waited for.")

    @property
    def scope(self) -> str:
        """What is asked for, in the words of OAuth."""
        known = _SCOPES_OF_CLAIMS.get(self.claim)
        return " ".join(dict.fromkeys(("openid", *(() if known is None else (known,)), *self.scopes)))

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to."""
        return f"{self.public_url.rstrip('/')}/login/openid/back"

    def identity(self, value: str) -> Identity:
        """Whom a value of the claim stands for; raises ValueError for what can be nobody's. Mail addresses are told apart without case."""
        return Identity(self.issuer, self.claim, value.lower() if self.claim == "email" else value)
