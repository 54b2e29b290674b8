"""`./relais compose init`: random secrets, a certificate and the realm of one installation, written once beside the compose file.

Compose mounts a secret's file as it is on the host, whatever user the container has: the files are readable, the folder
that holds them is its owner's alone.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from json import dumps
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from deploy.local.realm import realm, without_demo
from deploy.local.state import CHECKOUT, DATABASE_ROLES, SERVICES, CannotStart

PRIVATE = CHECKOUT / "deploy" / "compose" / "private"
CERTIFICATE_DAYS = 397  # browsers refuse longer ones
NAMES = (
    "postgres",
    "keycloak_database",
    "keycloak_admin",
    "portal_client",
    "accounts_client",
    "identifiers",
    "session",
    "grafana",
    *(f"{service}_{role}" for service in SERVICES for role in DATABASE_ROLES),
)

compose = typer.Typer(help="The installation of docker-compose.yml.", no_args_is_help=True)


@compose.callback()
def group() -> None:
    """A group, although it holds one command."""


@compose.command()
def init(
    url: Annotated[str, typer.Option(help="The address that people will type; its host must lead to this machine.")] = "https://relais.localhost:8443",
    demo: Annotated[bool, typer.Option("--demo", help="With the people and the partner of the demo, whose passwords are their names.")] = False,
    certificate: Annotated[Path | None, typer.Option(help="Certificate chain of the host (PEM); without it one is made that browsers do not know.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    authority: Annotated[Path | None, typer.Option(help="Certificate of the authority that signed it (PEM), when no browser knows it.")] = None,
) -> None:
    """Write the secrets, the certificate and the realm of an installation with docker compose; what exists stays as it is."""
    if (certificate is None) != (key is None):
        raise CannotStart("A certificate and its key belong together.", "./relais compose init --certificate chain.pem --key key.pem")
    given = None if certificate is None or key is None else (certificate.read_bytes(), key.read_bytes(), authority.read_bytes() if authority else _known_authorities())
    Installation(url, demo).write(PRIVATE, CHECKOUT / ".env", given)
    print(f"Written: .env and {PRIVATE.relative_to(CHECKOUT)}/. Next: docker compose up --build --detach, then {url}")


@dataclass(frozen=True)
class Installation:
    url: str
    demo: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def environment(self) -> str:
        """What the compose file asks for; nothing in it is secret."""
        return f"RELAIS_ENV={'demo' if self.demo else 'production'}\nRELAIS_PUBLIC_URL={self.url}\nRELAIS_HOST={self.host}\nRELAIS_PORT={urlsplit(self.url).port or 443}\n"

    def write(self, folder: Path, environment: Path, certificate: tuple[bytes, bytes, bytes] | None = None) -> None:
        address = urlsplit(self.url)
        if address.scheme != "https" or not address.hostname or address.path or address.query:
            raise CannotStart(f"{self.url} is not the address of an installation.", "Give https, a host and perhaps a port: --url https://relais.example.org")
        if environment.exists() and environment.read_text() != self.environment():
            raise CannotStart(f"{environment.name} belongs to another installation.", f"Remove it and {folder.name}/ to begin a new one: its databases need the old secrets.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        known = {name: _kept(folder / name, secrets.token_urlsafe(32)) for name in NAMES}
        filled = realm(self.url, known["portal_client"], known["accounts_client"])
        _put(folder / "realm.json", dumps(filled if self.demo else without_demo(filled), ensure_ascii=False, indent=1))
        _put(folder / "databases.sql", databases(known))
        _put(
            folder / "keycloak.env",
            f"KC_DB_PASSWORD={known['keycloak_database']}\nKC_BOOTSTRAP_ADMIN_CLIENT_ID=relais-provisioning\nKC_BOOTSTRAP_ADMIN_CLIENT_SECRET={known['keycloak_admin']}\n",
        )
        if certificate is not None or not (folder / "certificate.pem").exists():
            for name, content in zip(("certificate.pem", "key.pem", "authority.pem"), certificate or self._own_certificate(), strict=True):
                _put(folder / name, content.decode())
        environment.write_text(self.environment())

    def _own_certificate(self) -> tuple[bytes, bytes, bytes]:
        """Signed by itself: good for a trial, and for the services to know the door by."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, self.host)]), datetime.now(UTC)
        try:
            host: x509.GeneralName = x509.IPAddress(ip_address(self.host))
        except ValueError:
            host = x509.DNSName(self.host)
        built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(minutes=5), now + timedelta(days=CERTIFICATE_DAYS))
        signed = (
            built.add_extension(x509.SubjectAlternativeName([host]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key, hashes.SHA256())
        )
        chain = signed.public_bytes(serialization.Encoding.PEM)
        return chain, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()), chain


def databases(passwords: dict[str, str]) -> str:
    """The script that a superuser runs at each start: the launcher's databases and roles, and Keycloak's."""
    from deploy.local.postgres import databases_script

    keycloak = [
        "SELECT 'CREATE ROLE keycloak LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'keycloak') \\gexec",
        f"ALTER ROLE keycloak PASSWORD '{passwords['keycloak_database']}';",
        "SELECT 'CREATE DATABASE keycloak OWNER keycloak' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'keycloak') \\gexec",
        "REVOKE ALL ON DATABASE keycloak FROM PUBLIC;",
    ]
    return "\n".join(["\\set ON_ERROR_STOP 1", *keycloak, databases_script(SERVICES, passwords), ""])


def _kept(path: Path, fresh: str) -> str:
    if not path.exists():
        _put(path, fresh)
    return path.read_text()


def _put(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    path.chmod(0o644)


def _known_authorities() -> bytes:
    import certifi

    return Path(certifi.where()).read_bytes()
