"""
Draws what `python -m benchmarks` kept: one SVG, a panel a table.

    python -m benchmarks.plot

It needs matplotlib, which is in the extra `bench` alone.
"""

import json

from benchmarks.reporting import RESULTS

NAMES = ("requests", "decisions", "lists", "tokens", "startup")
OURS, OVER, PEER, FLOOR = "#2f6f4f", "#b3402a", "#b9b9b9", "#555555"


def main():
    """Draw every benchmark that has results."""
    import matplotlib as mpl

    mpl.use("svg")
    # The same numbers give the same file.
    mpl.rcParams["svg.hashsalt"] = "claimsauth"
    mpl.rcParams["svg.fonttype"] = "none"
    for name in NAMES:
        if (RESULTS / f"{name}.json").exists():
            print(draw(name))


def draw(name):
    """Draw the tables of one benchmark; return the file."""
    from matplotlib import pyplot as plt

    tables = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    heights = [len(table["rows"]) + 3 for table in tables]
    figure, axes = plt.subplots(
        len(tables),
        1,
        figsize=(9, 0.25 * sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    for (panel,), table in zip(axes, tables, strict=True):
        _panel(panel, table)
    path = RESULTS / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def _panel(panel, table):
    rows = table["rows"][::-1]
    places = range(len(rows))
    values = [row["value"] for row in rows]
    spread = [
        [row["value"] - row["low"] for row in rows],
        [row["high"] - row["value"] for row in rows],
    ]
    panel.barh(
        places,
        values,
        color=list(map(_color, rows)),
        xerr=spread,
        error_kw={"elinewidth": 0.8, "ecolor": "#333333"},
    )
    for place, row in zip(places, rows, strict=True):
        if row["budget"] is not None:
            panel.plot([row["budget"]] * 2, [place - 0.45, place + 0.45], color="black")
    panel.set_yticks(places, [row["name"] for row in rows], fontsize=8)
    panel.tick_params(axis="x", labelsize=8)
    smallest = min((value for value in values if value > 0), default=1)
    if max(values, default=1) > 30 * smallest:
        panel.set_xscale("log")
        panel.set_xlim(left=smallest / 2)
    title = f"{table['title']}: 1 is {table['floor']}"
    panel.set_title(title, fontsize=8, loc="right")
    panel.spines[["top", "right"]].set_visible(False)


def _color(row):
    if row["peer"]:
        return PEER
    if row["budget"] is None:
        return FLOOR
    return OVER if row["value"] > row["budget"] else OURS


if __name__ == "__main__":
    main()
