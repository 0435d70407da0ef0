#!/usr/bin/env python3
"""Wilson's interval the long way: bisects (p - q)^2 = z^2 q (1 - q) / n for q on either side of p."""


def bound(p, n, z, inner, outer):
    for _ in range(200):
        middle = (inner + outer) / 2
        if (p - middle) ** 2 <= z * z * middle * (1 - middle) / n:
            inner = middle
        else:
            outer = middle
    return inner


for successes, trials in [(8, 10), (0, 10), (10, 10), (112.5, 200)]:
    p = successes / trials
    print(successes, trials, f"{bound(p, trials, 1.96, p, 0.0):.10f} {bound(p, trials, 1.96, p, 1.0):.10f}")
