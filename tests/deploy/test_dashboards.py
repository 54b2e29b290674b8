"""Dashboards and alerts ask for measures that exist, by labels that they carry, and every alert leads to a page that says what to do."""

import json

import pytest
import yaml

import shared.worker  # noqa: F401  with all that measures
from shared import metrics
from shared.exposition import exposed_label, exposed_name
from shared.metrics import Histogram
from tests.deploy.compose import ROOT, composed
from tests.deploy.queries import DASHBOARDS, RECORDED, RULES, Query, all_queries

OF_THE_TARGET = {"job", "service", "process"}


def labels_of() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"up": OF_THE_TARGET} | {name: {"service"} for name in RECORDED}
    for instrument in metrics.INSTRUMENTS:
        name, labels = exposed_name(instrument), {exposed_label(label) for label in instrument.labels} | OF_THE_TARGET
        found |= (
            {f"{name}_{part}": labels | ({"le"} if part == "bucket" else set()) for part in ("bucket", "sum", "count")} if isinstance(instrument, Histogram) else {name: labels}
        )
    return found


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.place)
def test_it_asks_for_what_exists(query: Query) -> None:
    known = labels_of()
    assert query.metrics
    assert query.metrics <= set(known)
    assert query.labels <= set().union(*(known[name] for name in query.metrics))


def test_every_measure_of_ours_is_shown_somewhere() -> None:
    shown = set().union(*(query.metrics for query in all_queries()))
    assert {instrument.name for instrument in metrics.INSTRUMENTS if not any(name.startswith(exposed_name(instrument)) for name in shown)} == set()


def test_every_alert_says_how_urgent_it_is_and_what_to_do() -> None:
    alerts = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule]
    assert alerts
    for alert in alerts:
        assert alert["labels"]["severity"] in ("page", "look")
        assert (ROOT / alert["annotations"]["runbook"]).is_file(), alert["alert"]


def test_every_alert_is_tried() -> None:
    tried = yaml.safe_load(RULES.with_name("rules_test.yml").read_text())["tests"]
    comes = {case["alertname"] for test in tried for case in test["alert_rule_test"] if case["exp_alerts"]} if (tried := [t for t in tried if "alert_rule_test" in t]) else set()
    assert comes == {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule}


def test_dashboards_are_whole_and_read_the_one_source() -> None:
    sources = {source["uid"] for source in yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/relais.yaml").read_text())["datasources"]}
    dashboards = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert [dashboard["uid"] for dashboard in dashboards] == [path.stem for path in DASHBOARDS]
    for dashboard in dashboards:
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
        assert all(panel["datasource"]["uid"] in sources and panel["description"] for panel in dashboard["panels"])


def test_the_folders_are_where_grafana_looks() -> None:
    volumes = {volume.split(":")[1]: volume.split(":")[0] for volume in composed()["services"]["grafana"]["volumes"] if volume.startswith("./")}
    (provider,) = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/relais.yaml").read_text())["providers"]
    assert ROOT / volumes[provider["options"]["path"]] == DASHBOARDS[0].parent
    assert composed()["services"]["grafana"]["environment"]["GF_PATHS_PROVISIONING"] in volumes
