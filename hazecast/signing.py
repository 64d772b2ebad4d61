"""By what key CAP messages are signed, as the settings say."""

from hazecast.bulletins.formats.signature import Sign, signer, unsigned
from hazecast.config import Settings
from hazecast.delivery.secret import read_private
from hazecast.errors import SettingsError


def signer_of(settings: Settings) -> Sign:
    """What signs CAP messages, by the key that the settings name; raises SettingsError for one that cannot be used, and MissingExtra."""
    key, certificate = settings.signing.key_file, settings.signing.certificate_file
    if key is None or certificate is None:
        return unsigned
    try:
        chain = certificate.read_bytes()
    except OSError as refused:
        raise SettingsError(f"The certificate {certificate} cannot be read: {refused.strerror}.", "Name another.") from refused
    return signer(read_private(key), chain, str(key))
