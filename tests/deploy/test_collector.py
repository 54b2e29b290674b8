"""The collector's configuration: components of its core distribution, their documented keys, and pipelines that lead somewhere."""

from urllib.parse import urlsplit

import yaml

from tests.deploy.compose import ROOT, composed

DOCUMENTED = {
    "receivers": {"otlp": {"protocols"}},
    "processors": {"memory_limiter": {"check_interval", "limit_mib", "spike_limit_mib"}, "batch": {"timeout", "send_batch_size", "send_batch_max_size"}},
    "exporters": {"otlphttp": {"endpoint", "compression", "sending_queue", "retry_on_failure"}, "nop": set()},
}
"""Components of the image otel/opentelemetry-collector and the keys that are used of each, from their READMEs (release 0.128)."""

CONFIGURATION = yaml.safe_load((ROOT / "deploy/otel/collector.yaml").read_text())


def test_components_and_keys_are_documented() -> None:
    for kind, known in DOCUMENTED.items():
        for name, keys in CONFIGURATION[kind].items():
            assert set(keys) <= known[name.split("/")[0]], name


def test_every_component_is_used_and_every_use_is_a_component() -> None:
    pipelines = CONFIGURATION["service"]["pipelines"].values()
    for kind in DOCUMENTED:
        assert {name for pipeline in pipelines for name in pipeline[kind]} == set(CONFIGURATION[kind])
    assert all(pipeline["processors"][0] == "memory_limiter" for pipeline in pipelines)


def test_it_listens_where_the_services_send_and_sends_where_jaeger_listens() -> None:
    parts = composed()["services"]
    sent_to = urlsplit(parts["registry"]["environment"]["RELAIS_OTLP_ENDPOINT"])
    assert sent_to.hostname in parts
    assert CONFIGURATION["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == f"0.0.0.0:{sent_to.port}"
    onward = urlsplit(CONFIGURATION["exporters"]["otlphttp/jaeger"]["endpoint"])
    assert (onward.hostname, onward.port, parts["jaeger"]["environment"]["COLLECTOR_OTLP_ENABLED"]) == ("jaeger", 4318, "true")
    (reader,) = CONFIGURATION["service"]["telemetry"]["metrics"]["readers"]
    scraped = {
        target
        for job in yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    }
    assert f"{sent_to.hostname}:{reader['pull']['exporter']['prometheus']['port']}" in scraped
