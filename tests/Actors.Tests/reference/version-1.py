#!/usr/bin/env python3
"""Writes version-1.txt: the bytes of one message per manifest, put together by the rules of the protobuf wire format
(https://protobuf.dev/programming-guides/encoding/) alone. A line of the file is never changed again: what a journal of version 1 has must stay readable."""
import struct

def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])

def number(field, n): return varint(field << 3) + varint(n)
def data(field, b): return varint(field << 3 | 2) + varint(len(b)) + b
def text(field, s): return data(field, s.encode())
def single(field, x): return varint(field << 3 | 5) + struct.pack("<f", x)
def double(field, x): return varint(field << 3 | 1) + struct.pack("<d", x)
def fixed(field, n): return varint(field << 3 | 1) + struct.pack("<Q", n)
def floats(*xs): return struct.pack(f"<{len(xs)}f", *xs)
def packed(*ns): return b"".join(map(varint, ns))

run = text(1, "run-1")
to_shard = run + number(2, 3)
shape = data(1, number(1, 1_000_000) + number(2, 512) + number(3, 8))
counters = (number(1, 200) + number(2, 150) + number(3, 20) + number(4, 10) + number(5, 5) + number(6, 160)
            + data(7, packed(0, 4, 3, 2, 1, 0, 7, 300)) + number(8, 9))
learner_counters = number(1, 5) + number(2, 6) + number(3, 7)
def episode(field, n):
    return data(field, number(1, n) + number(2, 2) + data(3, packed(5, 300, 50256)) + data(4, floats(-0.5, -1.25, -3.0))
                + data(5, floats(-0.75, -1.5, -2.0)) + single(6, 0.625))
def named(field, n):
    return data(field, number(1, n) + number(2, 2) + data(3, packed(5, 300, 50256)) + data(4, floats(-0.5, -1.25, -3.0))
                + data(5, floats(-0.75, -1.5, -2.0)) + single(6, 0.625) + text(7, "rollout-a") + number(8, 1_700_000_000_123))
def sampled(field, n):
    return data(field, number(1, n) + number(2, 2) + data(3, packed(5, 300, 50256)) + data(4, floats(-0.5, -1.25, -3.0)))
lease = data(4, number(1, 192) + number(2, 64) + number(3, 2))

messages = {
    "es.lease.1": to_shard + text(3, "rollout-a") + number(4, 40),
    "es.leased.1": to_shard + data(3, number(1, 192) + number(2, 64) + number(3, 2)) + number(4, 60_000) + number(5, 4),
    "es.returned.1": to_shard + text(3, "rollout-a") + lease,
    "es.reported.1": to_shard + number(3, 77) + episode(4, 192) + episode(4, 193),
    "es.answered.1": to_shard + number(3, 77) + number(4, 1) + data(5, number(1, 193) + number(2, 1)),
    "es.scored.1": shape + number(2, 4) + data(3, counters) + episode(4, 192) + episode(4, 193),
    "es.trained.1": shape + number(2, 5) + data(3, counters),
    "es.settled.1": number(1, 640),
    "es.status?.1": to_shard,
    "es.status.1": to_shard + number(3, 4) + number(4, 12) + number(5, 34) + data(6, counters) + text(7, "nothing adds up"),
    "es.episode?.1": to_shard + number(3, 192),
    "es.episode.1": run + number(2, 192) + number(3, 3) + text(4, "rollout-a#7") + number(5, 1500) + number(6, 4) + named(7, 192),
    "ln.collect.1": to_shard + number(3, 4) + number(4, 6) + data(5, packed(192, 2240)),
    "ln.progress.1": to_shard + number(3, 4),
    "ln.part.1": to_shard + number(3, 4) + episode(4, 192),
    "ln.formed.1": shape + number(2, 4) + number(3, 4) + data(4, learner_counters) + episode(5, 192),
    "ln.checkpoint.1": shape + number(2, 5) + data(3, learner_counters) + number(4, 2),
    "ln.steered.1": shape + data(2, learner_counters) + data(3, number(1, 3) + number(2, 5) + text(3, "ann@desk") + number(4, 1_700_000_000_000) + text(5, "KL")
                    + text(6, "rlhf.ppo.lambda") + text(7, "0.9") + text(8, "kl")),
    "ln.set.1": text(1, "ann@desk") + text(2, "KL") + text(3, "rlhf.ppo.lambda") + text(4, "0.9"),
    "ln.save.1": b"",
    "ln.answered.1": number(1, 1) + text(2, "so be it"),
    "ln.pause.1": text(1, "KL is 31"),
    "ln.resume.1": b"",
    "ln.status?.1": b"",
    "ln.status.1": run + number(2, 4) + text(3, "KL is 31") + number(4, 1954) + number(5, 6) + number(6, 5) + number(7, 2) + number(8, 128)
                   + data(9, learner_counters) + text(10, "nothing adds up") + number(11, 1),
    "pm.trained.1": run + number(2, 5),
    "ro.waiting.1": run + number(2, 12),
    "ro.wanted.1": run + text(2, "scorer-b") + number(3, 300),
    "ro.sent.1": run + sampled(2, 192) + sampled(2, 193) + number(3, 10),
    "ro.settled.1": run + data(2, packed(192, 193)),
    "ro.status?.1": b"",
    "ro.status.1": run + text(2, "rollout-a") + number(3, -1) + double(4, 12.5) + double(5, 0.75) + number(6, 32) + number(7, 64) + number(8, 24)
                   + number(9, 12) + number(10, 8) + number(11, 4000) + number(12, 3),
    "sc.status?.1": b"",
    "sc.status.1": run + text(2, "scorer-b") + number(3, 12) + number(4, 16) + number(5, 20) + number(6, 4000) + number(7, 300) + number(8, 2) + number(9, 1),
    "pm.available.1": run + number(2, 5) + number(3, 1) + number(4, 600_000) + fixed(5, 0x0102030405060708) + number(6, 1 << 20)
                      + data(7, bytes(range(32))) + data(8, bytes(range(32, 48))) + text(9, "http://127.0.0.1:4000") + text(9, "http://127.0.0.1:4001"),
    "pm.peer.1": run + text(2, "http://127.0.0.1:4001"),
}
with open(__file__.replace(".py", ".txt"), "w") as file:
    for manifest, message in messages.items():
        file.write(f"{manifest} {message.hex()}\n")
