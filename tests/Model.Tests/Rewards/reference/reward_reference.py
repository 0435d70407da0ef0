#!/usr/bin/env python3
"""Independent numbers for the reward-model losses: rewards, their loss and its gradient, by the formulas written out.

Pairs: Stiennon et al. 2020, section 3.4. Best of k: Ziegler et al. 2019, equation 1.

    python3 reward_reference.py      writes reward_reference.json beside itself
"""
import json
import math
import os

import torch

torch.set_default_dtype(torch.float64)

PAIRS = [((0.3, -0.2), 0), ((1.5, 2.25), 0), ((-4.0, 3.0), 1), ((0.5, 0.5), 1), ((60.0, -60.0), 1)]
FOURS = [((0.1, 0.2, 0.3, 0.4), 3), ((2.0, -1.0, 0.5, 1.75), 0), ((-3.0, 1.0, 1.0, 0.25), 2), ((0.0, 0.0, 0.0, 0.0), 1)]


def measured(comparisons):
    losses, gradients, right = [], [], 0.0
    for rewards, choice in comparisons:
        r = torch.tensor(rewards, requires_grad=True)
        # -log(exp r_b / sum exp r_i), with the largest reward taken out of the exponentials.
        top = max(rewards)
        loss = torch.log(torch.exp(r - top).sum()) + top - r[choice]
        loss.backward()
        losses.append(float(loss))
        gradients.append([float(g) for g in r.grad])
        best = [i for i, x in enumerate(rewards) if x == top]
        right += 1 / len(best) if choice in best else 0
    margins = [r[c] - max(x for i, x in enumerate(r) if i != c) for r, c in comparisons]
    return dict(rewards=[list(r) for r, _ in comparisons], choices=[c for _, c in comparisons], losses=losses, gradients=gradients,
                mean_loss=sum(losses) / len(losses), accuracy=right / len(comparisons), margin=sum(margins) / len(margins))


result = dict(pairs=measured(PAIRS), fours=measured(FOURS), mixed=measured(PAIRS + FOURS))
for (rewards, choice), loss in zip(PAIRS, result["pairs"]["losses"]):   # the pair formula itself
    difference = rewards[choice] - rewards[1 - choice]
    assert math.isclose(loss, math.log1p(math.exp(-difference)), rel_tol=1e-12), (rewards, choice)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reward_reference.json")
with open(path, "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
print({k: (v["mean_loss"], v["accuracy"], v["margin"]) for k, v in result.items()})
