"""Keycloak without a container: one shared distribution, a data folder per installation."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.keycloak.provision import PROVISIONER, provision
from deploy.local import native
from deploy.local.processes import Running, spawn
from deploy.local.sign_in import SignInRefused, discovery

JAVA = (
    *("-Xms64m", "-Xmx512m", "-XX:MetaspaceSize=96M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Dfile.encoding=UTF-8"),
    *("--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED", "--add-opens=java.base/java.security=ALL-UNNAMED"),
    *("-Duser.language=en", "-Duser.country=US", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dpicocli.disable.closures=true"),
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
)


def distribution() -> Path:
    return native.distribution("keycloak", "unpack", finish=_build)


@dataclass
class Keycloak:
    folder: Path
    log: Path
    port: int
    realm: dict[str, Any]
    provisioning_secret: str

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.server}/realms/{self.realm['realm']}"

    def start(self) -> Running:
        home = distribution()
        imports = self.folder / "data" / "import"
        imports.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        # Its home is this folder, where it writes; what it only reads is the distribution's.
        for part in ("conf", "lib", "providers", "themes"):
            link = self.folder / part
            link.unlink(missing_ok=True)
            link.symlink_to(home / part)
        (imports / "relais-realm.json").write_text(json.dumps(self.realm, ensure_ascii=False), encoding="utf-8")
        # kc.sh would resolve the links and write beside the distribution: its command, without it.
        command = ["java", *JAVA, f"-Dkc.home.dir={self.folder}", f"-Djboss.server.config.dir={self.folder / 'conf'}", "-cp", str(home / "lib" / "quarkus-run.jar")]
        command += [
            "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
            "start",
            "--optimized",
            "--import-realm",
            "--cache=local",
        ]  # the default cache listens on every address for other nodes
        command += ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={self.port}", f"--hostname={self.server}"]
        secrets = {"KC_BOOTSTRAP_ADMIN_CLIENT_ID": PROVISIONER, "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": self.provisioning_secret}
        return spawn(command, log=self.log, folder=self.folder, environment=secrets)

    def ready(self) -> bool:
        try:
            discovery(self.issuer)
        except (SignInRefused, OSError):
            return False
        return True

    def provision(self) -> None:
        """The import makes a realm once and never changes it: later changes of the realm file come this way."""
        wanted = hashlib.sha256(json.dumps(self.realm, sort_keys=True).encode()).hexdigest()
        mark = self.folder / "provisioned"
        if not mark.exists() or mark.read_text() != wanted:
            provision(self.server, self.provisioning_secret, self.realm)
            mark.write_text(wanted)


def _build(unpacked: Path) -> None:
    """Lifts the distribution to the top of its folder, and prepares it once for the embedded database: 8 s a start instead of 30."""
    (inner,) = unpacked.glob("keycloak-*")
    for part in inner.iterdir():
        part.rename(unpacked / part.name)
    inner.rmdir()
    native.run(["sh", str(unpacked / "bin" / "kc.sh"), "build", "--db=dev-file"], "Keycloak could not be prepared")
