"""A plain PyTorch GPT-2 with a KV cache grown by torch.cat, as the usual Python libraries do it. The yardstick of bench/."""
import json
import math
import os

import torch
import torch.nn.functional as F


class Shape:
    def __init__(self, layers, heads, width, vocabulary, context):
        self.layers, self.heads, self.width, self.vocabulary, self.context = layers, heads, width, vocabulary, context


SHAPES = {
    "gpt2": Shape(12, 12, 768, 50257, 1024),
    "demo": Shape(4, 4, 128, 4096, 256),
}


def random_weights(shape, seed=0):
    """GPT-2's parameters under their Hugging Face names, N(0, 0.02), float32."""
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *size: torch.empty(*size).normal_(0, 0.02, generator=generator)
    c = shape.width
    weights = {"wte.weight": normal(shape.vocabulary, c), "wpe.weight": normal(shape.context, c)}
    for i in range(shape.layers):
        h = f"h.{i}."
        for name, n_in, n_out in (("attn.c_attn", c, 3 * c), ("attn.c_proj", c, c), ("mlp.c_fc", c, 4 * c), ("mlp.c_proj", 4 * c, c)):
            weights[h + name + ".weight"] = normal(n_in, n_out)
            weights[h + name + ".bias"] = torch.zeros(n_out)
        for name in ("ln_1", "ln_2"):
            weights[h + name + ".weight"], weights[h + name + ".bias"] = torch.ones(c), torch.zeros(c)
    weights["ln_f.weight"], weights["ln_f.bias"] = torch.ones(c), torch.zeros(c)
    return weights


def load_weights(directory):
    """The parameters of a model directory in Hugging Face's form, as float32."""
    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    with open(os.path.join(directory, "model.safetensors"), "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = torch.frombuffer(data, dtype=kinds[entry["dtype"]], offset=begin, count=math.prod(entry["shape"]))
            weights[name.removeprefix("transformer.")] = values.view(entry["shape"]).float()
    return weights


def conv1d(x, weight, bias):
    return torch.addmm(bias, x.reshape(-1, x.size(-1)), weight).view(*x.shape[:-1], weight.size(1))


def body(weights, shape, tokens, positions, past=None, mask=None):
    """tokens [batch, time] -> (rows before the last norm [batch, time, width], past). mask [batch, 1, time, total] is added to scores."""
    c, heads = shape.width, shape.heads
    x = F.embedding(tokens, weights["wte.weight"]) + F.embedding(positions, weights["wpe.weight"])
    batch, time, _ = x.shape
    present = []
    for i in range(shape.layers):
        h = f"h.{i}."
        y = F.layer_norm(x, (c,), weights[h + "ln_1.weight"], weights[h + "ln_1.bias"], 1e-5)
        q, k, v = conv1d(y, weights[h + "attn.c_attn.weight"], weights[h + "attn.c_attn.bias"]).split(c, dim=2)
        q, k, v = (t.view(batch, time, heads, c // heads).transpose(1, 2) for t in (q, k, v))
        if past is not None:
            k, v = torch.cat((past[i][0], k), dim=2), torch.cat((past[i][1], v), dim=2)
        present.append((k, v))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(c // heads)
        if mask is not None:
            scores = scores + mask
        y = torch.matmul(torch.softmax(scores, dim=-1), v).transpose(1, 2).reshape(batch, time, c)
        x = x + conv1d(y, weights[h + "attn.c_proj.weight"], weights[h + "attn.c_proj.bias"])
        y = F.layer_norm(x, (c,), weights[h + "ln_2.weight"], weights[h + "ln_2.bias"], 1e-5)
        y = F.gelu(conv1d(y, weights[h + "mlp.c_fc.weight"], weights[h + "mlp.c_fc.bias"]), approximate="tanh")
        x = x + conv1d(y, weights[h + "mlp.c_proj.weight"], weights[h + "mlp.c_proj.bias"])
    return x, present


def last_norm(weights, shape, x):
    return F.layer_norm(x, (shape.width,), weights["ln_f.weight"], weights["ln_f.bias"], 1e-5)


def forward(weights, shape, tokens, positions, past, mask=None):
    """tokens [batch, time] -> (logits of the last position [batch, vocabulary], past)."""
    x, present = body(weights, shape, tokens, positions, past, mask)
    return F.linear(last_norm(weights, shape, x[:, -1]), weights["wte.weight"]), present


def causal_mask(time):
    return torch.full((time, time), float("-inf")).triu(1)[None, None]
