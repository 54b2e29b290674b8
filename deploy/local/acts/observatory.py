"""Acts in the observatory."""

from deploy.local.acts.line import Act

ACTS: dict[str, Act] = {
    "declare-population": Act("observatory/populations", lambda line: line.common("area_code", "source", "kind") | {"year": line.number("year"), "value": line.number("value")}),
}
MAKES: dict[str, str] = {}
