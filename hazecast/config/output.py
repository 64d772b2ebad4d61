"""Where results go, and how they are signed."""

from pathlib import Path

from pydantic import Field, model_validator

from hazecast.config.fields import Section, YesOrNo


class SigningSettings(Section):
    """By what CAP messages are signed; without a key they are not. Needs the optional part `cap`."""

    key_file: Path | None = Field(None, description="A private key as PEM (RSA or elliptic curve), with mode 0600.")
    certificate_file: Path | None = Field(None, description="Its certificate as PEM, or the chain, its own first.")

    @model_validator(mode="after")
    def _is_a_pair(self) -> "SigningSettings":
        if (self.key_file is None) != (self.certificate_file is None):
            raise ValueError("key_file and certificate_file belong together")
        return self


class OutputSettings(Section):
    """Where results go."""

    archive: Path = Field(description="Folder of the ledger and of every cycle's products.")
    outbox: Path = Field(description="Folder that bulletins are delivered to.")
    pdf: YesOrNo = Field(False, description="true: every bulletin as PDF too; it needs the optional part 'pdf', see docs/bulletins.md.")
