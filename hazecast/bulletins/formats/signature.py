"""CAP messages signed by an enveloped XML signature (W3C XML Signature 1.1), as section 3.3.4.1 of CAP 1.2 has it.

Needs the optional part `cap`. RSA keys sign the same message by the same bytes each time; keys on elliptic curves do not.
"""

from collections.abc import Callable
from typing import Any

from hazecast.errors import MissingExtra, SettingsError

Sign = Callable[[bytes], bytes]


def unsigned(document: bytes) -> bytes:
    """The document as it is."""
    return document


def signer(key: bytes, certificate: bytes, called: str) -> Sign:
    """What signs XML documents with a private key, and puts the certificate or the chain beside the signature; both as PEM.

    Raises SettingsError for a key that is encrypted, no key for signatures or not that of the certificate, and MissingExtra. `called` is
    the key's name in errors.
    """
    signing, etree = _libraries()
    private, suite = _key(key, called)
    _require_pair(private, certificate, called)

    def sign(document: bytes) -> bytes:
        made = signing.XMLSigner(method=signing.methods.enveloped, signature_algorithm=suite, digest_algorithm="sha256")
        root = made.sign(etree.fromstring(document), key=private, cert=certificate.decode("ascii"))
        return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"

    return sign


def _libraries() -> tuple[Any, Any]:
    try:
        import signxml
        from lxml import etree
    except ImportError as absent:
        raise MissingExtra("Signing CAP messages", "cap") from absent
    return signxml, etree


def _key(pem: bytes, called: str) -> tuple[Any, str]:
    """The key and the algorithm that goes with it."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError) as unfit:  # whose text may tell of the key
        raise SettingsError(f"{called} is no private key as PEM without a password.", "Name another as signing.key_file.") from unfit
    if isinstance(key, RSAPrivateKey):
        return key, "rsa-sha256"
    if isinstance(key, EllipticCurvePrivateKey):
        return key, "ecdsa-sha256"
    raise SettingsError(f"{called} is neither an RSA key nor one on an elliptic curve.", "Name another as signing.key_file.")


def _require_pair(private: Any, certificate: bytes, called: str) -> None:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        first = load_pem_x509_certificates(certificate)[0]
    except ValueError as unfit:
        raise SettingsError("signing.certificate_file holds no certificate as PEM.", "Name another.") from unfit
    if first.public_key() != private.public_key():
        raise SettingsError(
            f"{called} is not the key of the first certificate in signing.certificate_file.", "Name two that belong together."
        )
