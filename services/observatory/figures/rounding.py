"""Exact arithmetic, rounded once for display, half up (R-EXACT, R-HALFUP)."""


def ratio(numerator: int, denominator: int, *, per: int, decimals: int) -> float:
    """`numerator × per ÷ denominator` as displayed: computed with whole numbers, so that the exact half is seen, and rounded once."""
    whole, rest = divmod(numerator * per * 10**decimals, denominator)
    if 2 * rest >= denominator:
        whole += 1
    return float(whole / 10**decimals)
