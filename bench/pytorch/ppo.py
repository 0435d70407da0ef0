"""One PPO update over padded batches, as the usual Python libraries do it: useful tokens (query and response, times epochs) a second.

Queries are padded left and responses right, to the longest of their minibatch; attention sees a mask. The head gives the logits of the
response's rectangle [minibatch, longest response], and policy and value network go backward together, in one graph. Prints a JSON line.
"""
import argparse
import json
import math
import resource
import time

import torch
import torch.nn.functional as F

from gpt2 import SHAPES, body, causal_mask, last_norm, load_weights, random_weights
from random_stream import minibatches

SHORTEST_QUERY, SHORTEST_RESPONSE, LONGEST_RESPONSE = 40, 4, 48
CLIP, VALUE_CLIP, VALUE_COEFFICIENT, KL_COEFFICIENT, LAMBDA, LEARNING_RATE = 0.2, 0.2, 0.1, 0.05, 0.95, 1e-5


def sequence(i, longest, vocabulary):
    """Query and response of a trajectory; the same formula as PpoCase.cs."""
    def tokens(length, factor):
        return [(i * factor + t * 104729) % vocabulary for t in range(length)]
    query = SHORTEST_QUERY + i * 163 % (longest - LONGEST_RESPONSE - SHORTEST_QUERY + 1)
    return tokens(query, 7919), tokens(SHORTEST_RESPONSE + i * 29 % (LONGEST_RESPONSE - SHORTEST_RESPONSE + 1), 15485)


class Padded:
    """Sequences in one rectangle: [padding | query | response | padding]."""

    def __init__(self, sequences):
        self.query = max(len(query) for query, _ in sequences)
        self.response = max(len(response) for _, response in sequences)
        rows, real = [], []
        for query, response in sequences:
            left, right = self.query - len(query), self.response - len(response)
            rows.append([0] * left + query + response + [0] * right)
            real.append([False] * left + [True] * (len(query) + len(response)) + [False] * right)
        self.tokens, real = torch.tensor(rows), torch.tensor(real)
        self.positions = (real.cumsum(1) - 1).clamp(min=0)
        self.labels, self.mask = self.tokens[:, self.query:], real[:, self.query:].float()
        self.attention = torch.zeros(real.shape)[:, None, None].masked_fill(~real[:, None, None], torch.finfo(torch.float32).min)
        self.attention = self.attention + causal_mask(real.size(1))

    def states(self, weights, shape):
        """Hidden states in which the response's tokens were sampled, [batch, response, width]."""
        x, _ = body(weights, shape, self.tokens, self.positions, mask=self.attention)
        return last_norm(weights, shape, x[:, self.query - 1:-1])

    def distributions(self, weights, shape):
        return torch.log_softmax(F.linear(self.states(weights, shape), weights["wte.weight"]), dim=-1)

    def taken(self, distributions):
        return distributions.gather(2, self.labels[:, :, None]).squeeze(2)

    def values(self, weights, shape):
        return F.linear(self.states(weights, shape), weights["score.weight"], weights["score.bias"]).squeeze(2)


def masked_mean(x, mask):
    return (x * mask).sum() / mask.sum()


def whiten(x, mask, shift_mean):
    mean = masked_mean(x, mask)
    whitened = (x - mean) / torch.sqrt(masked_mean((x - mean) ** 2, mask) + 1e-8)
    return (whitened if shift_mean else whitened + mean) * mask


def in_chunks(compute, sequences, size, width):
    """A number a response token, [sequence, width], without gradients, a minibatch's worth of sequences at a time."""
    result = torch.zeros(len(sequences), width)
    with torch.no_grad():
        for i in range(0, len(sequences), size):
            padded = Padded(sequences[i:i + size])
            result[i:i + size, :padded.response] = compute(padded) * padded.mask
    return result


class Learner:
    def __init__(self, shape, policy, value):
        self.shape, self.policy, self.value = shape, policy, value
        self.parameters = [*policy.values(), *value.values()]
        for parameter in self.parameters:
            parameter.requires_grad_()
        self.optimizer = torch.optim.AdamW(self.parameters, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0)

    def update(self, sequences, behaviour, reference, scores, epochs, count):
        """Rewards, advantages and returns once; then the epochs. Returns the means of what its steps measured."""
        lengths = torch.tensor([len(response) for _, response in sequences])
        longest = behaviour.size(1)
        mask = (torch.arange(longest) < lengths[:, None]).float()
        old_values = in_chunks(lambda padded: padded.values(self.value, self.shape), sequences, math.ceil(len(sequences) / count), longest)
        rewards = -KL_COEFFICIENT * (behaviour - reference)
        rewards[torch.arange(len(sequences)), lengths - 1] += scores
        rewards = whiten(rewards, mask, shift_mean=False)
        advantages, following = torch.zeros_like(rewards), 0
        for t in reversed(range(longest)):
            next_value = old_values[:, t + 1] if t + 1 < longest else 0
            following = rewards[:, t] + next_value - old_values[:, t] + LAMBDA * following
            advantages[:, t] = following
        returns = advantages + old_values
        advantages = whiten(advantages, mask, shift_mean=True)

        measured = []
        for epoch in range(epochs):
            for rows in minibatches(len(sequences), count, 1, 0, epoch):
                padded = Padded([sequences[i] for i in rows])
                measured.append(self.step(padded, *(x[rows, :padded.response] for x in (behaviour, old_values, advantages, returns))))
        return {name: sum(step[name] for step in measured) / len(measured) for name in measured[0]}

    def step(self, padded, behaviour, old_values, advantages, returns):
        distributions = padded.distributions(self.policy, self.shape)
        log_probabilities = padded.taken(distributions)
        values = padded.values(self.value, self.shape)
        ratio = torch.exp(log_probabilities - behaviour)
        policy_losses = torch.max(-advantages * ratio, -advantages * ratio.clamp(1 - CLIP, 1 + CLIP))
        policy_loss = masked_mean(policy_losses, padded.mask)
        clipped = old_values + (values - old_values).clamp(-VALUE_CLIP, VALUE_CLIP)
        value_loss = 0.5 * masked_mean(torch.max((values - returns) ** 2, (clipped - returns) ** 2), padded.mask)
        self.optimizer.zero_grad()
        (policy_loss + VALUE_COEFFICIENT * value_loss).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        with torch.no_grad():
            entropy = masked_mean(-(distributions.exp() * distributions).sum(2), padded.mask)
            approximate_kl = 0.5 * masked_mean((log_probabilities - behaviour) ** 2, padded.mask)
        return {"policy_loss": policy_loss.item(), "value_loss": value_loss.item(), "entropy": entropy.item(),
                "approximate_kl": approximate_kl.item(), "gradient_norm": norm.item()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="gpt2", choices=SHAPES)
    parser.add_argument("--model", help="a model directory of the same shape, in place of random weights")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--minibatches", type=int, default=4)
    parser.add_argument("--context", type=int, help="tokens of the longest trajectory")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    shape = SHAPES[arguments.shape]
    longest = arguments.context or min(512, shape.context)
    policy = load_weights(arguments.model) if arguments.model else random_weights(shape)
    value = {name: parameter.clone() for name, parameter in policy.items()}
    value["score.weight"] = torch.tensor([[(i * 37 % 101 - 50) / (50 * math.sqrt(shape.width + 1)) for i in range(shape.width)]])
    value["score.bias"] = torch.zeros(1)

    sequences = [sequence(i, longest, shape.vocabulary) for i in range(arguments.batch)]
    chunk = math.ceil(arguments.batch / arguments.minibatches)
    behaviour = in_chunks(lambda padded: padded.taken(padded.distributions(policy, shape)), sequences, chunk, LONGEST_RESPONSE)
    noise = torch.tensor([[((i * 7 + t * 3) % 11 - 5) * 0.01 for t in range(LONGEST_RESPONSE)] for i in range(arguments.batch)])
    reference = torch.where(behaviour == 0, behaviour, behaviour - noise)
    scores = torch.tensor([(i * 37 % 21 - 10) / 10 for i in range(arguments.batch)])
    learner = Learner(shape, policy, value)
    learner.update(sequences[:2], behaviour[:2], reference[:2], scores[:2], 1, 1)

    began, processor = time.perf_counter(), time.process_time()
    statistics = learner.update(sequences, behaviour, reference, scores, arguments.epochs, arguments.minibatches)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    tokens = arguments.epochs * sum(len(query) + len(response) for query, response in sequences)
    print(json.dumps({
        "case": "ppo", "engine": "pytorch", "shape": arguments.shape, "batch": arguments.batch, "epochs": arguments.epochs,
        "minibatches": arguments.minibatches, "tokens": tokens, "seconds": round(seconds, 3), "cpu_seconds": round(processor, 3),
        "tokens_per_second": round(tokens / seconds, 2),
        "policy_loss": round(statistics["policy_loss"], 6), "value_loss": round(statistics["value_loss"], 6),
        "entropy": round(statistics["entropy"], 5), "gradient_norm": round(statistics["gradient_norm"], 4), "threads": arguments.threads,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
