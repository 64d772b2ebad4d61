"""Signed CAP messages: by keys of both kinds, still valid by the schema, and broken by a single letter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import capvalidator
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from signxml import InvalidDigest, InvalidSignature, XMLVerifier

from hazecast.bulletins.formats.documents import documents_for_machines
from hazecast.bulletins.formats.signature import signer
from hazecast.bulletins.wording import wording
from hazecast.config import Settings, SigningSettings
from hazecast.errors import SettingsError
from hazecast.signing import signer_of
from tests.bulletin_facts import episode_facts
from tests.small_case import SmallCase, small_settings

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(key: Key) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "haze.example.org")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=30))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("haze.example.org")]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def message() -> bytes:
    facts = replace(episode_facts(), notes=())
    facts = replace(facts, assessment=replace(facts.assessment, messages=facts.assessment.messages[:1]))
    return next(d.content for d in documents_for_machines(facts, "the-id", [wording("zh")]) if d.name.startswith("cap."))


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, b"#rsa-sha256"), (CURVE, b"#ecdsa-sha256")], ids=["rsa", "curve"])
def test_a_signed_message_is_verified_and_still_valid(key: Key, algorithm: bytes, message: bytes) -> None:
    own = certificate(key)
    signed = signer(pem(key), own, "the key")(message)
    assert capvalidator.check_schema(signed).passed
    assert algorithm in signed
    found = XMLVerifier().verify(signed, x509_cert=own.decode())
    assert not isinstance(found, list)
    assert found.signed_xml is not None
    assert found.signed_xml.tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"
    assert b"PRIVATE KEY" not in signed
    for old, new in ((b"<status>Actual", b"<status>System"), (b"<urgency>Expected", b"<urgency>Past")):
        assert old in signed
        with pytest.raises((InvalidDigest, InvalidSignature)):
            XMLVerifier().verify(signed.replace(old, new), x509_cert=own.decode())


def test_an_rsa_key_signs_the_same_message_by_the_same_bytes(message: bytes) -> None:
    sign = signer(pem(RSA), certificate(RSA), "the key")
    assert sign(message) == sign(message)


def signing(folder: Path, key: bytes, own: bytes, mode: int = 0o600) -> Settings:
    (folder / "key.pem").write_bytes(key)
    (folder / "key.pem").chmod(mode)
    (folder / "own.pem").write_bytes(own)
    told = SigningSettings(key_file=folder / "key.pem", certificate_file=folder / "own.pem")
    return small_settings(SmallCase(folder)).model_copy(update={"signing": told})


def test_the_settings_name_key_and_certificate_and_neither_makes_another_forecast(tmp_path: Path, message: bytes) -> None:
    settings = signing(tmp_path, pem(CURVE), certificate(CURVE))
    assert b"ecdsa-sha256" in signer_of(settings)(message)
    plain = small_settings(SmallCase(tmp_path))
    assert signer_of(plain)(message) == message
    assert plain.sha256() == settings.sha256()


@pytest.mark.parametrize(
    ("key", "own", "mode", "said"),
    [
        (pem(CURVE), certificate(CURVE), 0o640, "has mode 0640"),
        (pem(CURVE), certificate(RSA), 0o600, "is not the key of the first certificate"),
        (b"nonsense", certificate(CURVE), 0o600, "no private key as PEM without a password"),
        (pem(CURVE), b"nonsense", 0o600, "holds no certificate as PEM"),
        (CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")), certificate(CURVE), 0o600, "a password"),
    ],
)
def test_a_key_that_cannot_sign_is_refused(key: bytes, own: bytes, mode: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        signer_of(signing(tmp_path, key, own, mode))
    assert said in str(refused.value)
    assert "PRIVATE" not in str(refused.value)
