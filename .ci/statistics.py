"""Labels made-up people, and computes from single rows what `dictamen compare` tells of all.

Nothing of Dictamen's own is used to compute: areas and distances are scikit-learn's and scipy's,
ratios fairlearn's, the test of two shares is scipy's chi-square without correction, whose root is z.
"""

import csv
import json
import random
import sys

import numpy as np
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import chi2_contingency, entropy, ks_2samp
from sklearn.metrics import roc_auc_score

CLOSE = 1e-9


def label(people, labelled):
    """Gives people a label, a sex and a region by chance that is the same in every run."""
    chance = random.Random(3)
    with open(people) as lines, open(labelled, "w") as out:
        for line in lines:
            row = json.loads(line)
            debt = row["application"]["existing_monthly_debt"]
            if chance.random() < 0.8:
                row["label"] = int(chance.random() < 0.1 + min(debt, 6000) / 15000)
            row["segments"] = {
                "sex": "f" if chance.random() < 0.45 else "m",
                "region": chance.choice(["norte", "centro", "sur", "sureste"]),
            }
            out.write(json.dumps(row) + "\n")


def psi(before, after):
    """By tenths of the first, a score for each class where its tenth is complete."""
    scores, counts = np.unique(before, return_counts=True)
    passed = np.cumsum(counts) / len(before)
    bounds, tenth = [], 1
    for score, share in zip(scores[:-1], passed[:-1]):
        if round(share * 10, 9) >= tenth:
            bounds.append(score)
            tenth = int(np.floor(round(share * 10, 9))) + 1
    classes = [np.bincount(np.searchsorted(bounds, values), minlength=len(bounds) + 1)
               for values in (before, after)]
    p, q = (c / c.sum() for c in classes)
    # The two relative entropies are the index.
    return entropy(p, q) + entropy(q, p)


def check(told, rows, labelled):
    with open(told) as file:
        told = json.load(file)
    with open(rows) as file:
        rows = list(csv.DictReader(file))
    with open(labelled) as file:
        people = [json.loads(line) for line in file]
    assert len(rows) == len(people) == told["rows"] > 1000
    held = 0

    def close(name, mine, theirs):
        nonlocal held
        difference = abs(float(mine) - float(theirs))
        assert difference <= CLOSE, f"{name}: {mine} and {theirs} differ by {difference}"
        held += 1

    metrics = told["metrics"]
    scores = {}
    for prefix, which in (("", "before"), ("after_", "after")):
        known = [(int(r[prefix + "score"]), r["label"]) for r in rows if r[prefix + "score"]]
        scores[which] = np.array([score for score, _ in known])
        points = np.array([score for score, label in known if label])
        good = np.array([label == "good" for _, label in known if label])
        gini = 2 * roc_auc_score(good, points) - 1
        ks = ks_2samp(points[good], points[~good]).statistic
        if which == "before":
            before = gini, ks
        else:
            close("gini", metrics["gini"], gini)
            close("ks", metrics["ks"], ks)
            close("gini_change", metrics["gini_change"], gini - before[0])
            close("ks_change", metrics["ks_change"], ks - before[1])
    close("psi", metrics["psi"], psi(scores["before"], scores["after"]))
    assert float(metrics["psi"]) > 0 and float(metrics["gini"]) != 0

    granted = np.array([r["after_outcome"] in ("APPROVE", "COUNTER") for r in rows])
    close("approval_rate", metrics["approval_rate"], granted.mean())
    bad = [r["label"] == "bad" for r, g in zip(rows, granted) if g and r["label"]]
    close("bad_rate", metrics["bad_rate"], np.mean(bad))
    ratios = []
    for column in told["fairness"]:
        groups = np.array([person["segments"][column["column"]] for person in people])
        frame = MetricFrame(metrics=selection_rate, y_true=granted, y_pred=granted, sensitive_features=groups)
        close(column["column"], column["least_ratio"], frame.ratio())
        ratios.append(frame.ratio())
        best = frame.by_group.idxmax()
        for group in column["groups"]:
            if group["value"] == best:
                continue
            table = [[int((granted & (groups == name)).sum()), int((~granted & (groups == name)).sum())]
                     for name in (group["value"], best)]
            test = chi2_contingency(table, correction=False)
            close("z", float(group["z"]) ** 2, test.statistic)
            close("p", group["p"], test.pvalue)
            close("ratio", group["ratio"], frame.by_group[group["value"]] / frame.by_group[best])
    close("adverse_impact_ratio", metrics["adverse_impact_ratio"], min(ratios))
    print(f"{held} statistics agree to {CLOSE}")


{"label": label, "check": check}[sys.argv[1]](*sys.argv[2:])
