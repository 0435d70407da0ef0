#!/usr/bin/env python3
"""Independent numbers for the functions the product takes from TorchSharp: their formulas written out over plain floats, no tensor library.

GELU by tanh: Hendrycks and Gimpel 2016, section 2. Attention: Vaswani et al. 2017, equation 1. Layer norm: Ba et al. 2016, equations 3 and 4.

    python3 functions_reference.py      writes functions_reference.json beside itself
"""
import json
import math
import os


def gelu_tanh(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu(x):
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


def softmax(row):
    top = max(row)
    weights = [math.exp(x - top) for x in row]
    return [w / sum(weights) for w in weights]


def attention(queries, keys, values, allowed):
    rows = []
    for i, q in enumerate(queries):
        scores = [sum(a * b for a, b in zip(q, k)) / math.sqrt(len(q)) if allowed(i, j) else -math.inf for j, k in enumerate(keys)]
        weights = softmax(scores)
        rows.append([sum(w * v[c] for w, v in zip(weights, values)) for c in range(len(values[0]))])
    return rows


def layer_norm(rows, gain, bias, eps):
    result = []
    for row in rows:
        mean = sum(row) / len(row)
        variance = sum((x - mean) ** 2 for x in row) / len(row)
        result.append([(x - mean) / math.sqrt(variance + eps) * g + b for x, g, b in zip(row, gain, bias)])
    return result


def log_softmax(row):
    return [math.log(p) for p in softmax(row)]


x = [-6.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 5.0]
queries = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]
keys = [[1.0, 0.5], [-0.5, 1.0], [2.0, -1.5]]
values = [[1.0, -2.0], [0.5, 4.0], [-3.0, 0.25]]
rows = [[1.0, 2.0, 4.0, -1.0], [0.1, 0.1, 0.2, 0.1]]
gain, bias, eps = [1.0, 0.5, -2.0, 1.5], [0.0, 1.0, -1.0, 0.25], 1e-5
logits, classes = [[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-60.0, 40.0, 1.0]], [0, 2, 1]
losses = [-log_softmax(row)[c] for row, c in zip(logits[:2], classes)] + [0.0]  # e^-39 is nothing beside 1 in float32

reference = {
    "x": x,
    "gelu": [gelu(v) for v in x],
    "gelu_tanh": [gelu_tanh(v) for v in x],
    "log_sigmoid": [-math.log1p(math.exp(-v)) for v in x],
    "queries": queries, "keys": keys, "values": values,
    "attention": attention(queries, keys, values, lambda i, j: True),
    "causal_attention": attention(queries, keys, values, lambda i, j: j <= i),
    # The last query sees all but the second key, the others all but the third.
    "masked_attention": attention(queries, keys, values, lambda i, j: j != (1 if i == 2 else 2)),
    "rows": rows, "gain": gain, "bias": bias, "epsilon": eps,
    "layer_norm": layer_norm(rows, gain, bias, eps),
    "logits": logits, "classes": classes, "cross_entropies": losses,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "functions_reference.json"), "w") as file:
    json.dump(reference, file, indent=1)
    file.write("\n")
