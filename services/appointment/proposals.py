"""What is proposed for several people rests on one decision, signed by an authority above all of them."""

from collections.abc import Sequence


def common_path(paths: Sequence[str]) -> str:
    """The nearest authority path above all of these."""
    shared: list[str] = []
    for labels in zip(*(path.split(".") for path in paths), strict=False):
        if len(set(labels)) > 1:
            break
        shared.append(labels[0])
    return ".".join(shared)
