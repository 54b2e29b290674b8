"""Every setting of Relais: one `RELAIS_…` variable each, read once per process.

The embedded and the full stack differ in these values and in nothing else.
"""

import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

SHORTEST_SECRET, FEWEST_LETTERS = 16, 8

PORT_OFFSETS = {
    "gateway": 0,
    "identity": 10100,
    "postgres": 10101,
    "kafka": 10102,
    "kafka_controller": 10103,
    "keycloak_management": 10104,
    "registry": 10110,
    "recruitment": 10111,
    "training": 10112,
    "appointment": 10113,
    "rotation": 10114,
    "observatory": 10115,
    "portal": 10120,
    "traces": 10121,
    # What Prometheus reads of each.
    "gateway_metrics": 10130,
    "registry_metrics": 10131,
    "recruitment_metrics": 10132,
    "training_metrics": 10133,
    "appointment_metrics": 10134,
    "rotation_metrics": 10135,
    "observatory_metrics": 10136,
    "portal_metrics": 10137,
}


class Settings(BaseSettings):
    """What a process of Relais must know before it starts; a wrong value stops it with a sentence."""

    model_config = SettingsConfigDict(env_prefix="RELAIS_", extra="ignore", hide_input_in_errors=True)

    service: str = Field("", description="Which service this process is: registry, recruitment, training, appointment, rotation, observatory, portal.")
    env: Literal["demo", "production", "test"] = Field("production", description="What the instance is for; `demo` and `test` alone may change the day.")
    port_base: int = Field(8080, ge=1024, le=50000, description="Port of the gateway; every other port is this one plus a fixed offset.")
    public_url: str = Field("http://127.0.0.1:8080", description="Address that people and partner systems type.")
    gateway_url: str = Field("http://127.0.0.1:8080", description="Address at which the portal and the services call the gateway.")

    upstreams: dict[str, str] = Field(default_factory=dict, description='Services that are not on this machine, as JSON: `{"registry": "registry:8000"}`.')
    trusted_proxies: list[IPvAnyNetwork] = Field(default_factory=list, description="Networks of the proxies in front of the gateway, as JSON; their `X-Forwarded-For` is believed.")

    issuer: str = Field("http://127.0.0.1:18180", description="`iss` of the access tokens that are accepted; no other issuer is.")
    audience: str = Field("relais", description="`aud` that an access token must carry.")
    jwks_url: str = Field("", description="Where the issuer's keys are; empty: read from its discovery document.")

    accounts: Literal["fixed", "keycloak"] = Field(
        "fixed", description="Who keeps the accounts: `keycloak` (the registry invites, changes and closes them there) or `fixed` (made from a file; nobody changes them)."
    )
    accounts_url: str = Field("", description="Address at which the registry reaches Keycloak's realm; empty: the issuer's.")
    accounts_client_id: str = Field("relais-registry", description="Client by which the registry keeps the accounts of the realm.")
    accounts_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    accounts_file: str = Field("", description="Realm file from which fixed accounts were made: the registry shows them.")

    database_host: str = Field("127.0.0.1", description="PostgreSQL host.")
    database_port: int = Field(18181, description="PostgreSQL port.")
    database_name: str = Field("", description="Database; empty: the service's name.")
    database_owner_password: SecretStr = Field(SecretStr(""), description="Password of `<service>_owner`, which migrates.")
    database_app_password: SecretStr = Field(SecretStr(""), description="Password of `<service>_app`, which answers requests under row-level security.")
    database_worker_password: SecretStr = Field(SecretStr(""), description="Password of `<service>_worker`, which relays and consumes events.")
    database_pool: int = Field(8, ge=1, description="Connections kept for requests.")

    kafka_bootstrap: str = Field("127.0.0.1:18182", description="Kafka bootstrap address.")
    kafka_groups: bool = Field(True, description="Consumer groups (Kafka) or plain assignment (the embedded broker).")
    kafka_idempotent: bool = Field(True, description="Idempotent producer; the embedded broker does not know it.")
    kafka_partitions: int = Field(3, ge=1, description="Partitions of a topic that the installation creates.")
    run_worker: bool = Field(False, description="Relay and consumers as tasks of the API process (local) or as a process of their own.")

    otlp_endpoint: str = Field("", description="OTLP/HTTP collector; empty: nothing is traced nor sent.")
    metrics_listen: str = Field("", description="Address at which Prometheus reads the measures of this process, as `host:port`; empty: nowhere.")
    trace_ratio: float = Field(1.0, ge=0, le=1, description="Share of new traces that are recorded.")
    log_format: Literal["json", "text"] = Field("json", description="One JSON object a line, or readable text.")

    today: date | None = Field(None, description="The day of a demo or test instance; refused elsewhere.")
    country: str = Field("VN", description="Country of the installation (ISO 3166-1 alpha-2): what applies where no authority says another.")
    time_zone: str = Field("", description="Zone in which days are counted for everybody; empty: that of each authority’s country.")
    files_dir: Path = Field(Path(".relais/files"), description="Folder of the content-addressed file store.")
    upload_limit_mb: int = Field(10, ge=1, le=10, description="Largest paper (scan, letter, minutes) that a person or a candidate may hand in, in MB.")
    import_files_days: int = Field(30, ge=1, le=3650, description="Days after which the files of imports, and their rows that nobody confirmed, are deleted; their counts stay.")

    identifiers_secret: SecretStr = Field(
        SecretStr(""),
        description="Key of the registry that wraps the key of each person’s identifiers, blinds their index and gives each program its pseudonyms; empty: no identifier is kept, no pseudonym given. Keep it apart from the backups.",
    )

    audit_keys_dir: Path = Field(Path(".relais/audit-keys"), description="Folder of the keys that sign the sealed audit, one for each service; made at the first start.")

    portal_client_id: str = Field("portal", description="OIDC client of the portal.")
    portal_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    session_secret: SecretStr = Field(SecretStr(""), description="Key that encrypts the tokens of portal sessions at rest.")

    crash_at: str = Field("", description="Tests only: `name:n` ends the process at the n-th pass of a named crash point.")

    @model_validator(mode="after")
    def _refuse_dangerous_values(self) -> Self:
        if self.env == "production":
            if self.today is not None:
                raise ValueError("RELAIS_TODAY changes the day of a demo; this instance is in production: remove it.")
            if self.crash_at:
                raise ValueError("RELAIS_CRASH_AT is for tests; remove it.")
            if not _is_safe(self.public_url):
                raise ValueError("RELAIS_PUBLIC_URL must be https outside this machine: sign-in cookies would travel in clear.")
            if not _is_safe(self.issuer) or urlsplit(self.issuer).query or urlsplit(self.issuer).fragment:
                raise ValueError("RELAIS_ISSUER must be the https address of the identity provider: whoever stands in between would sign anybody in.")
            if not self.audience:
                raise ValueError("RELAIS_AUDIENCE is empty: tokens that are meant for others would be accepted.")
            if debugged := [name for name in ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE") if os.environ.get(name)]:
                raise ValueError(f"{debugged[0]} is for developers; this instance is in production: remove it.")
            for name in type(self).model_fields:
                value = getattr(self, name)
                if isinstance(value, SecretStr) and value and self._is_known(value.get_secret_value()):
                    raise ValueError(f"RELAIS_{name.upper()} is a secret that anybody would try, or too short for one: choose at least {SHORTEST_SECRET} random characters.")
        return self

    def _is_known(self, secret: str) -> bool:
        """Shorter than a secret may be, made of few letters, or named after what it opens."""
        named = {f"{self.service}_{role}" for role in ("owner", "app", "worker")} | {f"{client}-secret" for client in (self.portal_client_id, self.accounts_client_id)}
        return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_LETTERS or secret.lower() in named

    def port(self, part: str) -> int:
        """Port of a part of the local installation."""
        return self.port_base + PORT_OFFSETS[part]

    def database_url(self, role: Literal["owner", "app", "worker"], service: str | None = None) -> str:
        """SQLAlchemy address of one service's database as one of its three roles."""
        name = service or self.service
        password = {"owner": self.database_owner_password, "app": self.database_app_password, "worker": self.database_worker_password}[role]
        return f"postgresql+asyncpg://{name}_{role}:{password.get_secret_value()}@{self.database_host}:{self.database_port}/{self.database_name or name}"


def _is_safe(url: str) -> bool:
    """Nobody in between can read or change what is said at this address."""
    address = urlsplit(url)
    return bool(address.hostname) and (address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK))


@cache
def settings() -> Settings:
    """The settings of this process. Tests and the launcher's children call `settings.cache_clear()` after changing the environment."""
    return Settings(_secrets_dir=os.environ.get("RELAIS_SECRETS_DIR") or None)
