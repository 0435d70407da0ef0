"""The product's random stream (xoshiro256**, seeded by pairs of numbers), so that both sides of the PPO case draw the same minibatches."""
WORD = (1 << 64) - 1


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
    return z ^ z >> 31


def rotate(x, k):
    return (x << k | x >> 64 - k) & WORD


class RandomStream:
    def __init__(self, seed, stream=0):
        mixer = mix(seed) ^ rotate(mix(stream + 0x9E3779B97F4A7C15 & WORD), 17)
        self.state = []
        for _ in range(4):
            mixer = mixer + 0x9E3779B97F4A7C15 & WORD
            self.state.append(mix(mixer))

    def bits(self):
        s0, s1, s2, s3 = self.state
        result = rotate(s1 * 5 & WORD, 7) * 9 & WORD
        s2, s3 = s2 ^ s0, s3 ^ s1
        self.state = [s0 ^ s3, s1 ^ s2, s2 ^ s1 << 17 & WORD, rotate(s3, 45)]
        return result

    def permutation(self, count):
        order = list(range(count))
        for i in range(count - 1, 0, -1):
            j = self.bits() * (i + 1) >> 64
            order[i], order[j] = order[j], order[i]
        return order


def minibatches(items, count, seed, update, epoch):
    """Minibatches.Of without its sorting by length: a fresh shuffle for each epoch, cut into parts whose sizes differ by at most one."""
    order = RandomStream(RandomStream(seed, update).bits(), epoch).permutation(items)
    return [order[items * i // count:items * (i + 1) // count] for i in range(count)]
