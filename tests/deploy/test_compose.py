"""What can be proved of the containers without an engine: the file is well-formed, says all that the code asks for, and nothing in it is open or known beforehand."""

import hashlib
import json
import re
import ssl
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

from deploy.compose import init, run
from deploy.compose.init import Installation
from deploy.local import kafka, postgres
from deploy.local.stack import Stack
from deploy.local.state import SERVICES, CannotStart, State
from gateway.routes import PROXIED
from shared.settings import Settings, settings
from tests.deploy.compose import FILE, ROOT, NotSaid, composed, duty, is_ours, read
from tests.support.service import environment

JOBS = {"databases", "migrate", "topics", "realm"}
WRITES_IN_ITS_IMAGE = {"kafka", "keycloak"}
WITHOUT_A_SHELL = {"collector", "jaeger"}
"""Their images hold one program and nothing to ask it with: Prometheus watches the one, the traces show the other."""
OF_THE_LAUNCHER = {"RELAIS_PORT_BASE", "RELAIS_STATE_DIR"}
NOT_A_SETTING = {"RELAIS_SECRETS_DIR"}
PARTS = composed()["services"]
OURS = [name for name, part in PARTS.items() if is_ours(part)]


def test_it_is_what_the_compose_specification_allows() -> None:
    text = (Path(__file__).parent / "compose-spec.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() in (Path(__file__).parent / "COMPOSE-SPEC.md").read_text()
    jsonschema.Draft202012Validator(json.loads(text)).validate(composed())


def test_nothing_starts_before_somebody_chose() -> None:
    for left_out in ("RELAIS_ENV", "RELAIS_PUBLIC_URL", "RELAIS_HOST", "RELAIS_PORT"):
        kept = [line for line in Installation("https://relais.example.org").environment().splitlines() if not line.startswith(left_out + "=")]
        with pytest.raises(NotSaid, match=left_out):
            read("\n".join(kept))


# -- what each process is told


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    known = {f"RELAIS_{field.upper()}" for field in Settings.model_fields} | NOT_A_SETTING
    told = {variable for variable in PARTS[name]["environment"] if variable.startswith("RELAIS_")}
    assert told <= known
    assert {target for target in targets(PARTS[name]) if target.startswith("RELAIS_")} <= known


@pytest.mark.parametrize("demo", [False, True])
@pytest.mark.parametrize("name", OURS)
def test_its_settings_are_accepted(name: str, demo: bool, tmp_path: Path) -> None:
    """The process starts with them, outside the demo too: what is dangerous would be refused here."""
    part = composed(demo=demo)["services"][name]
    for target in targets(part):
        if target.startswith("RELAIS_"):
            (tmp_path / target).write_text("a-secret-that-is-long-enough-for-anything")
    told = {variable: value for variable, value in part["environment"].items() if variable.startswith("RELAIS_")}
    with environment(**told | {"RELAIS_SECRETS_DIR": str(tmp_path)}):
        read_back = settings()
        assert read_back.env == ("demo" if demo else "production")
        for target in targets(part):
            if target.startswith("RELAIS_"):
                assert getattr(read_back, target.removeprefix("RELAIS_").lower()).get_secret_value() == "a-secret-that-is-long-enough-for-anything"
    settings.cache_clear()


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_it_is_told_all_that_the_launcher_tells(service: str, tmp_path: Path) -> None:
    """The launcher is what is tried every day: whatever it says to a process of the full stack, the containers say too."""
    told = set(Stack("full", 8080, State.open(tmp_path)).service_environment(service)) - OF_THE_LAUNCHER
    for name in (service, f"{service}-worker"):
        if name in PARTS:
            assert told - set(PARTS[name]["environment"]) - set(targets(PARTS[name])) == set()


def test_each_service_has_an_api_and_a_worker_and_only_its_own_secrets() -> None:
    for service in SERVICES:
        parts = [PARTS[name] for name in (service, f"{service}-worker") if name in PARTS]
        assert [duty(part) for part in parts] == (["api"] if service == "portal" else ["api", "worker"])  # the portal tells and hears no events
        for part in parts:
            assert part["environment"]["RELAIS_SERVICE"] == service
            sources = {secret if isinstance(secret, str) else secret["source"] for secret in part["secrets"]}
            assert not {source for source in sources if source.endswith("_owner")}
            assert {source for source in sources if source.endswith(("_app", "_worker"))} == {f"{service}_app", f"{service}_worker"}


def test_commands_are_duties_of_the_image() -> None:
    assert {duty(PARTS[name]) for name in OURS} <= set(run.DUTIES)


# -- who reaches whom


def test_the_gateway_knows_where_every_service_is() -> None:
    upstreams = json.loads(PARTS["gateway"]["environment"]["RELAIS_UPSTREAMS"])
    assert set(upstreams) == set(PROXIED) - {"traces"}  # Jaeger shows them here
    for service, address in upstreams.items():
        assert address == f"{service}:{run.PORT}"
        assert duty(PARTS[service]) == "api"
        assert set(PARTS[service]["networks"]) & set(PARTS["gateway"]["networks"])


def test_addresses_name_parts_that_share_a_network() -> None:
    for name in OURS:
        for variable in ("RELAIS_DATABASE_HOST", "RELAIS_KAFKA_BOOTSTRAP", "RELAIS_OTLP_ENDPOINT"):
            host = re.sub(r"^https?://|:\d+$", "", PARTS[name]["environment"][variable])
            needs = {
                "RELAIS_DATABASE_HOST": duty(PARTS[name]) in ("api", "worker", "migrate") and name != "gateway",
                "RELAIS_KAFKA_BOOTSTRAP": duty(PARTS[name]) in ("worker", "topics"),
            }
            if needs.get(variable, duty(PARTS[name]) in ("api", "worker")):
                assert set(PARTS[host]["networks"]) & set(PARTS[name]["networks"]), f"{name} does not reach {host}"
    assert PARTS["postgres"]["environment"].keys() & {"POSTGRES_PASSWORD"} == set()
    assert PARTS["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{PARTS['registry']['environment']['RELAIS_KAFKA_BOOTSTRAP']}"


def test_prometheus_asks_every_process_where_it_listens() -> None:
    jobs = {job["job_name"]: job for job in yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]}
    asked = {target: group["labels"] for group in jobs["relais"]["static_configs"] for target in group["targets"]}
    processes = {name: part for name, part in PARTS.items() if is_ours(part) and duty(part) in ("api", "worker")}
    listens = {f"{name}:{part['environment']['RELAIS_METRICS_LISTEN'].rpartition(':')[2]}": part for name, part in processes.items()}
    assert set(asked) == set(listens)
    for target, part in listens.items():
        assert asked[target] == {"service": part["environment"]["RELAIS_SERVICE"], "process": duty(part)}
        assert part["environment"]["RELAIS_METRICS_LISTEN"].rpartition(":")[2] != str(run.PORT)


def test_only_the_door_is_open_to_others() -> None:
    published = {name: part["ports"] for name, part in PARTS.items() if "ports" in part}
    assert published.pop("tls") == ["443:443"]
    assert set(published) == {"jaeger", "prometheus", "grafana"}
    assert all(str(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert composed()["networks"]["data"] == {"internal": True}
    (subnet,) = composed()["networks"]["edge"]["ipam"]["config"]
    assert json.loads(PARTS["gateway"]["environment"]["RELAIS_TRUSTED_PROXIES"]) == [subnet["subnet"]]
    assert {name for name, part in PARTS.items() if "edge" in part["networks"]} == {"tls", "gateway"}


def test_health_is_asked_where_the_process_answers() -> None:
    for name in OURS:
        if duty(PARTS[name]) in ("api", "worker"):
            asked = PARTS[name]["healthcheck"]["test"][-1]
            port = run.PORT if duty(PARTS[name]) == "api" else PARTS[name]["environment"]["RELAIS_METRICS_LISTEN"].rpartition(":")[2]
            assert f"http://127.0.0.1:{port}/health/" in asked


# -- what each container may do


@pytest.mark.parametrize("name", PARTS)
def test_it_is_bounded_and_nobody_special(name: str) -> None:
    part = PARTS[name]
    assert part["cap_drop"] == ["ALL"] and part["security_opt"] == ["no-new-privileges:true"]
    assert part["read_only"] is (name not in WRITES_IN_ITS_IMAGE)
    assert {"cpus", "memory", "pids"} <= set(part["deploy"]["resources"]["limits"])
    assert is_ours(part) or str(part["user"]).split(":")[0] not in ("0", "root", "")
    assert not {"privileged", "network_mode", "pid", "cap_add"} & set(part)
    assert ("healthcheck" in part) is (name not in JOBS | WITHOUT_A_SHELL)
    assert not any("docker.sock" in str(volume) for volume in part.get("volumes", []))


def test_every_image_is_pinned_to_a_version() -> None:
    dockerfile = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for image in [*(part["image"] for part in PARTS.values() if not is_ours(part)), *dockerfile]:
        assert re.search(r":v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$", image), f"{image} is not pinned"


def test_versions_are_those_that_are_tried_without_containers() -> None:
    maven = ElementTree.parse(ROOT / "deploy/native/pom.xml")
    pinned = {tag.tag.rpartition("}")[2]: tag.text for tag in maven.iter() if tag.tag.endswith(".version")}
    assert PARTS["kafka"]["image"] == f"apache/kafka:{pinned['kafka.version']}"
    assert PARTS["keycloak"]["image"] == f"quay.io/keycloak/keycloak:{pinned['keycloak.version']}"
    assert PARTS["postgres"]["image"] == PARTS["databases"]["image"]
    assert PARTS["postgres"]["image"].startswith("postgres:18.")


def test_foundations_behave_as_the_launcher_makes_them() -> None:
    told = dict(word.removeprefix("-c").split("=", 1) for word in PARTS["postgres"]["command"][1:])
    assert {name: told.get(name) for name in postgres.SETTINGS} == postgres.SETTINGS
    addresses = {"node.id", "controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
    wanted = dict(line.split("=", 1) for line in kafka.SETTINGS.splitlines() if "=" in line and not line.startswith("#"))
    variables = PARTS["kafka"]["environment"]
    assert {name: variables.get("KAFKA_" + name.upper().replace(".", "_")) for name in wanted if name not in addresses} == {
        name: value for name, value in wanted.items() if name not in addresses
    }


# -- secrets


def test_an_installation_has_its_own_secrets_in_a_folder_of_its_owner(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        Installation("https://relais.example.org").write(folder, tmp_path / f"{folder.name}.env")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    declared = {name: secret["file"] for name, secret in composed()["secrets"].items()}
    assert all(file.startswith("deploy/compose/private/") and (one / Path(file).name).is_file() for file in declared.values())
    assert {secret if isinstance(secret, str) else secret["source"] for part in PARTS.values() for secret in part.get("secrets", [])} == set(declared)
    assert all((one / name).read_text() != (other / name).read_text() and len((one / name).read_text()) > 32 for name in init.NAMES)
    kept = {path.name: path.read_bytes() for path in one.iterdir()}
    Installation("https://relais.example.org").write(one, tmp_path / "one.env")
    assert {path.name: path.read_bytes() for path in one.iterdir()} == kept
    with pytest.raises(CannotStart):
        Installation("https://elsewhere.example.org").write(one, tmp_path / "one.env")


def test_no_secret_stands_in_the_file() -> None:
    for line in FILE.read_text().splitlines():
        assert not re.search(r"(PASSWORD|SECRET)(?!_FILE|__FILE|S_DIR)\w*: (?!/run/secrets/|&)\S", line) or "target:" in line, line


def test_the_demo_is_chosen_and_never_happens(tmp_path: Path) -> None:
    for demo in (False, True):
        folder = tmp_path / str(demo)
        Installation("https://relais.example.org", demo).write(folder, tmp_path / f"{demo}.env")
        realm: dict[str, Any] = json.loads((folder / "realm.json").read_text())
        assert any("credentials" in user for user in realm["users"]) is demo
        assert any(client["clientId"] == "ministry-health" for client in realm["clients"]) is demo
        portal = next(client for client in realm["clients"] if client["clientId"] == "portal")
        assert (portal["secret"], portal["redirectUris"]) == ((folder / "portal_client").read_text(), ["https://relais.example.org/auth/callback"])


@pytest.mark.parametrize("url", ["http://relais.example.org", "https://", "https://relais.example.org/path", "relais.example.org"])
def test_an_address_that_cannot_be_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(CannotStart):
        Installation(url).write(tmp_path / "private", tmp_path / ".env")
    assert not (tmp_path / "private").exists()


def test_its_own_certificate_is_known_to_the_services_and_to_nobody_under_another_name(tmp_path: Path) -> None:
    Installation("https://relais.localhost:8443").write(tmp_path / "private", tmp_path / ".env")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "private/certificate.pem", tmp_path / "private/key.pem")
    shake_hands(server, ssl.create_default_context(cafile=tmp_path / "private/authority.pem"), "relais.localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, ssl.create_default_context(cafile=tmp_path / "private/authority.pem"), "elsewhere.localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, ssl.create_default_context(), "relais.localhost")


def test_databases_and_roles_are_made_by_the_script_and_again(postgres: postgres.Postgres) -> None:
    for _again in range(2):
        postgres.sql(init.databases(postgres.passwords | {"keycloak_database": "keycloak"}))
    postgres.sql("DO $$ BEGIN ASSERT (SELECT pg_get_userbyid(datdba) = 'keycloak' FROM pg_database WHERE datname = 'keycloak'); END $$;")


def targets(part: dict[str, Any]) -> list[str]:
    return [secret if isinstance(secret, str) else secret["target"] for secret in part.get("secrets", [])]


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours, theirs = client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert ours.version() == "TLSv1.3"
