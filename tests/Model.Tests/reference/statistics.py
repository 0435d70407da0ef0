#!/usr/bin/env python3
"""Wilson's interval the long way: bisects (p - q)^2 = z^2 (q (1 - q) - t / 4) / n for q on either side of p, with the share of ties t."""


def bound(p, n, t, z, inner, outer):
    for _ in range(200):
        middle = (inner + outer) / 2
        if (p - middle) ** 2 <= z * z * (middle * (1 - middle) - t / 4) / n:
            inner = middle
        else:
            outer = middle
    return inner


for successes, trials, ties in [(8, 10, 0), (0, 10, 0), (10, 10, 0), (112.5, 200, 0), (55, 100, 30), (5, 10, 10)]:
    p = successes / trials
    print(successes, trials, ties, f"{bound(p, trials, ties / trials, 1.96, p, 0.0):.10f} {bound(p, trials, ties / trials, 1.96, p, 1.0):.10f}")
