"""Writes transformer_reference.json: a tiny GPT-2 with random weights, and what plain PyTorch computes with it.

Run with Debian's python3-torch: python3 transformer_reference.py > transformer_reference.json
Every sequence goes through the network alone, so nothing here shares the packing that is being tested.
"""
import json
import math

import torch

torch.manual_seed(7)
V, P, C, L, H = 11, 12, 8, 2, 2
shapes = {"wte.weight": (V, C), "wpe.weight": (P, C), "ln_f.weight": (C,), "ln_f.bias": (C,)}
for i in range(L):
    b = f"h.{i}."
    shapes |= {
        b + "ln_1.weight": (C,), b + "ln_1.bias": (C,), b + "attn.c_attn.weight": (C, 3 * C), b + "attn.c_attn.bias": (3 * C,),
        b + "attn.c_proj.weight": (C, C), b + "attn.c_proj.bias": (C,), b + "ln_2.weight": (C,), b + "ln_2.bias": (C,),
        b + "mlp.c_fc.weight": (C, 4 * C), b + "mlp.c_fc.bias": (4 * C,), b + "mlp.c_proj.weight": (4 * C, C), b + "mlp.c_proj.bias": (C,),
    }
w = {n: (torch.randn(s) * 0.5 + (1.0 if "ln_" in n and n.endswith("weight") else 0.0)).requires_grad_() for n, s in shapes.items()}
score_w = (torch.randn(1, C) * 0.5).requires_grad_()
score_b = torch.tensor([0.3], requires_grad=True)


def norm(x, name):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-5) * w[name + ".weight"] + w[name + ".bias"]


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def hidden(tokens):
    n = len(tokens)
    x = w["wte.weight"][tokens] + w["wpe.weight"][:n]
    for i in range(L):
        b = f"h.{i}."
        a = norm(x, b + "ln_1") @ w[b + "attn.c_attn.weight"] + w[b + "attn.c_attn.bias"]
        heads = []
        for h in range(H):
            d = C // H
            q, k, v = (a[:, j * C + h * d:j * C + (h + 1) * d] for j in range(3))
            s = q @ k.T / math.sqrt(d)
            s = s.masked_fill(torch.triu(torch.ones(n, n, dtype=torch.bool), 1), -math.inf)
            heads.append(torch.softmax(s, -1) @ v)
        x = x + torch.cat(heads, -1) @ w[b + "attn.c_proj.weight"] + w[b + "attn.c_proj.bias"]
        m = gelu(norm(x, b + "ln_2") @ w[b + "mlp.c_fc.weight"] + w[b + "mlp.c_fc.bias"])
        x = x + m @ w[b + "mlp.c_proj.weight"] + w[b + "mlp.c_proj.bias"]
    return norm(x, "ln_f")


sequences = [[1, 5, 3, 10, 0, 2, 2], [4], [9, 8, 7, 6], [3, 3, 1, 0], [2, 10, 4, 4, 5, 6, 7, 8, 9, 1, 0, 3]]
logits, losses, values = [], [], []
for s in sequences:
    h = hidden(s)
    z = h @ w["wte.weight"].T
    logits.append(z)
    values.append((h @ score_w.T + score_b).squeeze(1))
    if len(s) > 1:
        losses.append(-torch.log_softmax(z[:-1], -1)[range(len(s) - 1), s[1:]])
loss = torch.cat(losses).mean()
loss.backward()


def r(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


print(json.dumps({
    "vocabularySize": V, "contextLength": P, "width": C, "layers": L, "heads": H,
    "weights": {n: r(t) for n, t in w.items()}, "scoreWeight": r(score_w), "scoreBias": r(score_b),
    "sequences": sequences, "logits": [r(z) for z in logits], "values": [r(v) for v in values],
    "loss": loss.item(), "gradients": {n: r(t.grad) for n, t in w.items()},
}))
