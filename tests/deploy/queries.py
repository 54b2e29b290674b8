"""What the dashboards and the alert rules ask of Prometheus."""

import json
import re
from dataclasses import dataclass

import yaml

from tests.deploy.compose import ROOT

DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
RULES = ROOT / "deploy/prometheus/rules.yml"
RECORDED = {rule["record"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "record" in rule}
METRIC = re.compile(r"\b(?:relais_\w+|relais:[\w:]+|http_\w+_seconds\w*|up)(?=[\s{\[)]|$)")
IN_BRACES = re.compile(r"\{([^}]*)\}")
GROUPED = re.compile(r"\b(?:by|on|without|ignoring) \(([^)]*)\)")


@dataclass(frozen=True)
class Query:
    place: str
    text: str

    @property
    def metrics(self) -> set[str]:
        return set(METRIC.findall(IN_BRACES.sub("{}", self.text)))

    @property
    def labels(self) -> set[str]:
        matched = {label for braces in IN_BRACES.findall(self.text) for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", braces)}
        return matched | {label.strip() for group in GROUPED.findall(self.text) for label in group.split(",")}

    def runnable(self) -> str:
        """With Grafana's own variables filled in."""
        return self.text.replace("$__rate_interval", "1m").replace("$__range", "5m").replace("$service", ".+")


def all_queries() -> list[Query]:
    found = [Query(f"{path.stem}: {panel['title']}", target["expr"]) for path in DASHBOARDS for panel in json.loads(path.read_text())["panels"] for target in panel["targets"]]
    return found + [Query(rule.get("alert") or rule["record"], rule["expr"]) for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
