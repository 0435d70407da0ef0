#!/usr/bin/env python3
"""Independent numbers for the PPO tests: a padded, float64 PyTorch implementation that shares no code with the product.

Formulas: Ziegler et al. 2019 (section 2.2 and its published training script), Stiennon et al. 2020 (appendix B),
Schulman et al. 2016 (GAE) and 2017 (PPO). Sequences are right-padded to one length and masked; statistics that Ziegler's script takes
over all tokens of fixed-length responses are taken over the real tokens.

    python3 ppo_reference.py      writes ppo_reference.json beside itself
"""
import json
import math
import os

import torch

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)

VOCABULARY, WIDTH, HEADS, CONTEXT, END, LENGTH = 13, 8, 2, 16, 0, 5
POLICY_LAYERS, VALUE_LAYERS = 2, 1


def tidy(tensor):
    """Rounded to four decimals, so that float32 and float64 readers start from the same number."""
    return (tensor * 1e4).round() / 1e4


def new_body(layers):
    weights = {
        "wte.weight": torch.randn(VOCABULARY, WIDTH) * 0.5,
        "wpe.weight": torch.randn(CONTEXT, WIDTH) * 0.3,
    }
    for i in range(layers):
        h = f"h.{i}."
        for norm in ("ln_1", "ln_2"):
            weights[h + norm + ".weight"] = 1 + 0.1 * torch.randn(WIDTH)
            weights[h + norm + ".bias"] = 0.1 * torch.randn(WIDTH)
        for name, rows, columns in (
            ("attn.c_attn", WIDTH, 3 * WIDTH),
            ("attn.c_proj", WIDTH, WIDTH),
            ("mlp.c_fc", WIDTH, 4 * WIDTH),
            ("mlp.c_proj", 4 * WIDTH, WIDTH),
        ):
            weights[h + name + ".weight"] = torch.randn(rows, columns) * 0.4
            weights[h + name + ".bias"] = torch.randn(columns) * 0.1
    weights["ln_f.weight"] = 1 + 0.1 * torch.randn(WIDTH)
    weights["ln_f.bias"] = 0.1 * torch.randn(WIDTH)
    return {k: tidy(v) for k, v in weights.items()}


def new_head():
    return {"score.weight": tidy(torch.randn(1, WIDTH) * 0.3), "score.bias": tidy(torch.randn(1) * 0.1)}


def normalize(x, weight, bias):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + 1e-5) * weight + bias


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def hidden(weights, tokens, real):
    """tokens, real: [batch, time]; returns [batch, time, width] after ln_f."""
    batch, time = tokens.shape
    layers = sum(1 for name in weights if name.endswith("ln_1.weight"))
    x = weights["wte.weight"][tokens] + weights["wpe.weight"][:time]
    visible = torch.ones(time, time).tril().bool()[None, None] & real[:, None, None, :]
    for i in range(layers):
        w = lambda name: weights[f"h.{i}.{name}"]
        qkv = normalize(x, w("ln_1.weight"), w("ln_1.bias")) @ w("attn.c_attn.weight") + w("attn.c_attn.bias")
        q, k, v = (p.view(batch, time, HEADS, WIDTH // HEADS).transpose(1, 2) for p in qkv.split(WIDTH, -1))
        attention = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)).masked_fill(~visible, -1e30).softmax(-1) @ v
        x = x + attention.transpose(1, 2).reshape(batch, time, WIDTH) @ w("attn.c_proj.weight") + w("attn.c_proj.bias")
        inner = gelu(normalize(x, w("ln_2.weight"), w("ln_2.bias")) @ w("mlp.c_fc.weight") + w("mlp.c_fc.bias"))
        x = x + inner @ w("mlp.c_proj.weight") + w("mlp.c_proj.bias")
    return normalize(x, weights["ln_f.weight"], weights["ln_f.bias"])


EPISODES = [  # query, response as sampled, score from the reward model
    ([3, 4, 5], [6, 7, END], 1.25),
    ([2], [END], -0.4),                       # ends at once
    ([8, 9, 10, 11], [5, 5, 6, 7, 8], 2.0),   # never ends
    ([1, 2], [12, 3, 4, END], 0.3),
    ([7, 7, 7, 1, 2, 3], [9, END], -1.7),
]


def padded(rows, fill, dtype):
    width = max(len(r) for r in rows)
    return torch.tensor([list(r) + [fill] * (width - len(r)) for r in rows], dtype=dtype)


tokens = padded([q + r for q, r, _ in EPISODES], END, torch.long)
real = padded([[1] * len(q + r) for q, r, _ in EPISODES], 0, torch.bool)
responses = padded([r for _, r, _ in EPISODES], END, torch.long)          # [batch, response time]
mask = padded([[1.0] * len(r) for _, r, _ in EPISODES], 0.0, torch.float64)
# The hidden state at the token before a response token predicts it, and its value is the state's value.
before = padded([[len(q) - 1 + t for t in range(len(r))] for q, r, _ in EPISODES], 0, torch.long)


def at_response(x):
    index = before[..., None].expand(-1, -1, x.shape[-1])
    return x.gather(1, index)


def log_softmax_rows(policy, temperature):
    logits = at_response(hidden(policy, tokens, real)) @ policy["wte.weight"].T / temperature
    return torch.log_softmax(logits, -1)


def log_probabilities(policy, temperature):
    return log_softmax_rows(policy, temperature).gather(-1, responses[..., None])[..., 0]


def values_of(policy, value, kind):
    h = hidden(value, tokens, real) if kind == "separate" else hidden(policy, tokens, real)
    return (at_response(h) @ value["score.weight"].T)[..., 0] + value["score.bias"]


def masked_mean(x):
    return (x * mask).sum() / mask.sum()


def whiten(x, shift_mean):
    mean = masked_mean(x)
    variance = masked_mean((x - mean) ** 2)
    y = (x - mean) / torch.sqrt(variance + 1e-8)
    return y if shift_mean else y + mean


def advantages_of(rewards, values, gamma, lam):
    out = torch.zeros_like(rewards)
    for row, (_, response, _) in enumerate(EPISODES):
        for t in range(len(response)):      # the defining sum, not the recursion
            total = 0.0
            for l in range(len(response) - t):
                following = values[row, t + l + 1] if t + l + 1 < len(response) else 0.0
                delta = rewards[row, t + l] + gamma * following - values[row, t + l]
                total += (gamma * lam) ** l * delta
            out[row, t] = total
    return out


def ragged(x):
    return [[float(x[row, t]) for t in range(len(r))] for row, (_, r, _) in enumerate(EPISODES)]


POLICY, VALUE, HEAD = new_body(POLICY_LAYERS), {**new_body(VALUE_LAYERS), **new_head()}, new_head()
BASE = dict(gamma=1.0, lam=0.95, policy_clip=0.2, value_clip=0.2, value_coefficient=0.1, kl_coefficient=0.05, entropy_coefficient=0.0,
            whiten_rewards=True, whiten_advantages=True, temperature=1.0, epochs=1, max_gradient_norm=0.0, value="separate",
            recorded_values=False, learning_rate=0.01, kl_target=6.0, kl_horizon=10000.0)
CASES = {
    "defaults, one epoch": {},
    "defaults, four epochs": dict(epochs=4),
    "everything turned": dict(gamma=0.9, lam=0.8, policy_clip=0.1, value_clip=0.05, value_coefficient=0.5, kl_coefficient=0.3, entropy_coefficient=0.02,
                              whiten_rewards=False, whiten_advantages=False, temperature=0.7, epochs=2, max_gradient_norm=0.5,
                              kl_target=0.5, kl_horizon=20.0, recorded_values=True),
    "value head on the policy": dict(value="head", epochs=2, max_gradient_norm=1.0),
}


def run(options):
    o = {**BASE, **options}
    policy = {k: v.clone().requires_grad_() for k, v in POLICY.items()}
    value = {k: v.clone().requires_grad_() for k, v in (VALUE if o["value"] == "separate" else HEAD).items()}
    generator = torch.Generator().manual_seed(5)
    jitter = lambda scale: (torch.rand(mask.shape, generator=generator) * 2 - 1) * scale
    with torch.no_grad():
        current = log_probabilities(policy, o["temperature"])
        behaviour = tidy(current + jitter(0.35))
        reference = tidy(current + jitter(0.8))
        values = values_of(policy, value, o["value"])
        if o["recorded_values"]:
            values = tidy(values + jitter(0.3))
    ended = [END in r for _, r, _ in EPISODES]
    scores = [s if e else -1.0 for (_, _, s), e in zip(EPISODES, ended)]

    per_token = -o["kl_coefficient"] * (behaviour - reference)
    rewards = per_token.clone()
    for row, (_, response, _) in enumerate(EPISODES):
        rewards[row, len(response) - 1] += scores[row]
    used = whiten(rewards, False) if o["whiten_rewards"] else rewards
    raw_advantages = advantages_of(used, values, o["gamma"], o["lam"])
    returns = raw_advantages + values
    advantages = whiten(raw_advantages, True) if o["whiten_advantages"] else raw_advantages

    parameters = list(policy.values()) + list(value.values())
    # The keys' bias has no effect and so a gradient of exactly zero; a smaller epsilon would blow up its rounding in float32 to a visible step.
    optimizer = torch.optim.AdamW(parameters, lr=o["learning_rate"], betas=(0.9, 0.999), eps=1e-3, weight_decay=0.0)
    steps = []
    for _ in range(o["epochs"]):
        rows = log_softmax_rows(policy, o["temperature"])
        log_p = rows.gather(-1, responses[..., None])[..., 0]
        entropy = masked_mean(-(rows.exp() * rows).sum(-1))
        predicted = values_of(policy, value, o["value"])
        ratio = torch.exp(log_p - behaviour)
        loss1, loss2 = -advantages * ratio, -advantages * torch.clamp(ratio, 1 - o["policy_clip"], 1 + o["policy_clip"])
        policy_loss = masked_mean(torch.maximum(loss1, loss2))
        clipped = torch.minimum(torch.maximum(predicted, values - o["value_clip"]), values + o["value_clip"])
        error1, error2 = (predicted - returns) ** 2, (clipped - returns) ** 2
        value_loss = 0.5 * masked_mean(torch.maximum(error1, error2))
        loss = policy_loss + o["value_coefficient"] * value_loss - o["entropy_coefficient"] * entropy
        optimizer.zero_grad()
        loss.backward()
        norm = torch.sqrt(sum((p.grad ** 2).sum() for p in parameters if p.grad is not None))
        if o["max_gradient_norm"] > 0:
            torch.nn.utils.clip_grad_norm_(parameters, o["max_gradient_norm"])
        optimizer.step()
        steps.append(dict(
            policy_loss=policy_loss, value_loss=value_loss, total_loss=loss, entropy=entropy,
            approx_kl=0.5 * masked_mean((log_p - behaviour) ** 2), clip_fraction=masked_mean((loss2 > loss1).double()),
            value_clip_fraction=masked_mean((error2 > error1).double()), value_prediction=masked_mean(predicted),
            value_error=masked_mean((predicted - returns) ** 2), gradient_norm=norm))

    kl = ((behaviour - reference) * mask).sum(1).mean()
    error = float(torch.clamp(kl / o["kl_target"] - 1, -0.2, 0.2))
    mean = lambda name: float(sum(s[name] for s in steps) / len(steps))
    return_mean = masked_mean(returns)
    return_variance = masked_mean((returns - return_mean) ** 2)
    return dict(
        options=o,
        behaviour=ragged(behaviour), reference=ragged(reference), scores=scores,
        log_probabilities=ragged(current), values=ragged(values), rewards=ragged(rewards), whitened_rewards=ragged(used),
        raw_advantages=ragged(raw_advantages), advantages=ragged(advantages), returns=ragged(returns),
        statistics=dict(
            kl=float(kl), response_entropy=float((-behaviour * mask).sum(1).mean()), non_score_reward=float((per_token * mask).sum(1).mean()),
            return_mean=float(return_mean), return_variance=float(return_variance),
            value_mean=float(masked_mean(values)), value_variance=float(masked_mean((values - masked_mean(values)) ** 2)),
            explained_variance=1 - mean("value_error") / float(return_variance),
            **{name: mean(name) for name in steps[0]}),
        next_kl_coefficient=o["kl_coefficient"] * (1 + error * len(EPISODES) / o["kl_horizon"]),
        policy_after=flatten(policy), value_after=flatten(value))


def flatten(weights, digits=8):
    return {k: dict(shape=list(v.shape), data=[round(float(x), digits) for x in v.detach().flatten()]) for k, v in weights.items()}


def trimmed(node):
    """Nine significant digits are more than float32 holds."""
    if isinstance(node, dict):
        return {k: trimmed(v) for k, v in node.items()}
    if isinstance(node, list):
        return [trimmed(v) for v in node]
    return float(f"{node:.9g}") if isinstance(node, float) else node


result = dict(
    vocabulary=VOCABULARY, width=WIDTH, heads=HEADS, context=CONTEXT, end_of_text=END, response_length=LENGTH,
    policy_layers=POLICY_LAYERS, value_layers=VALUE_LAYERS,
    episodes=[dict(query=q, response=r, raw_score=s) for q, r, s in EPISODES],
    policy=flatten(POLICY, 4), value=flatten(VALUE, 4), head=flatten(HEAD, 4),
    cases={name: run(options) for name, options in CASES.items()})
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ppo_reference.json")
with open(path, "w") as file:
    json.dump(trimmed(result), file, separators=(",", ":"))
    file.write("\n")
for name, case in result["cases"].items():
    print(name, {k: round(v, 4) for k, v in case["statistics"].items()}, case["next_kl_coefficient"])
