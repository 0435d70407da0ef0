"""Static batching: queries are padded left to the longest of their batch, and every row is decoded until the longest answer is done.

Prints a JSON line.
"""
import argparse
import json
import resource
import time

import torch

from gpt2 import SHAPES, causal_mask, forward, random_weights


def query(i, vocabulary):
    """The same formula as MixedCase.cs."""
    return [(i * 7919 + t * 104729) % vocabulary for t in range(16 + i * 53 % 97)], 4 + i * 29 % 45


def sample(logits):
    log_probabilities = torch.log_softmax(logits, dim=-1)
    tokens = torch.multinomial(log_probabilities.exp(), 1)
    return tokens, log_probabilities.gather(1, tokens)


def answer(weights, shape, batch):
    """All answers of one batch of (tokens, answer length); returns the number of useful tokens."""
    longest = max(len(tokens) for tokens, _ in batch)
    padding = torch.tensor([longest - len(tokens) for tokens, _ in batch])
    tokens = torch.tensor([[0] * (longest - len(tokens)) + tokens for tokens, _ in batch])
    places = torch.arange(longest)
    positions = (places[None] - padding[:, None]).clamp(min=0)
    padded = (places[None] < padding[:, None])[:, None, None]
    hidden = torch.zeros(len(batch), 1, 1, longest).masked_fill(padded, torch.finfo(torch.float32).min)
    logits, past = forward(weights, shape, tokens, positions, None, hidden + causal_mask(longest))
    tokens, _ = sample(logits)
    for step in range(1, max(length for _, length in batch)):
        hidden = torch.cat((hidden, torch.zeros(len(batch), 1, 1, 1)), dim=3)
        positions = (longest + step - 1 - padding)[:, None]
        logits, past = forward(weights, shape, tokens, positions, past, hidden)
        tokens, _ = sample(logits)
    return sum(length for _, length in batch)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="gpt2", choices=SHAPES)
    parser.add_argument("--queries", type=int, default=256)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    shape = SHAPES[arguments.shape]
    weights = random_weights(shape)
    queries = [query(i, shape.vocabulary) for i in range(arguments.queries)]
    answer(weights, shape, [(tokens, 3) for tokens, _ in queries[:2]])
    began, processor = time.perf_counter(), time.process_time()
    useful = sum(answer(weights, shape, queries[i:i + arguments.slots]) for i in range(0, len(queries), arguments.slots))
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    print(json.dumps({
        "case": "mixed", "engine": "pytorch", "shape": arguments.shape, "slots": arguments.slots, "queries": len(queries), "tokens": useful,
        "seconds": round(seconds, 3), "cpu_seconds": round(processor, 3),
        "tokens_per_second": round(useful / seconds, 2), "threads": arguments.threads,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
