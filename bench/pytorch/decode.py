"""Decode with a KV cache: tokens a second at one context length. Prints a JSON line a case."""
import argparse
import json
import resource
import time

import torch

from gpt2 import SHAPES, forward, random_weights


def decode(weights, shape, batch, context, steps, warmup):
    """Steps ending at `context` positions, sampled at temperature 1, from a cache of random keys and values."""
    generator = torch.Generator().manual_seed(1)
    start = context - steps - warmup
    head = shape.width // shape.heads
    past = [tuple(torch.randn(batch, shape.heads, start, head, generator=generator) for _ in range(2)) for _ in range(shape.layers)]
    tokens = torch.randint(0, shape.vocabulary, (batch, 1), generator=generator)
    for step in range(warmup + steps):
        if step == warmup:
            began, processor = time.perf_counter(), time.process_time()
        positions = torch.full((batch, 1), start + step)
        logits, past = forward(weights, shape, tokens, positions, past)
        log_probabilities = torch.log_softmax(logits, dim=-1)
        tokens = torch.multinomial(log_probabilities.exp(), 1)
        log_probabilities.gather(1, tokens)
    return batch * steps / (time.perf_counter() - began), time.process_time() - processor


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="gpt2", choices=SHAPES)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    shape = SHAPES[arguments.shape]
    rate, processor = decode(random_weights(shape), shape, arguments.batch, arguments.context, arguments.steps, arguments.warmup)
    print(json.dumps({
        "case": "decode", "engine": "pytorch", "shape": arguments.shape, "batch": arguments.batch, "context": arguments.context,
        "threads": arguments.threads, "tokens_per_second": round(rate, 2), "cpu_seconds": round(processor, 3),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
