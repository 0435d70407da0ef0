using ActorRlhf.Model;

namespace ActorRlhf.Host.Chaos;

/// <summary>
/// Who is struck how, decided by a seed: half kills, half freezes of 1 to 8 s, and a power cut in the middle. It never ends; that many strikes fit into a run that is
/// struck often enough.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="nodes">How many nodes there are.</param>
/// <param name="count">How many strikes there are to be at least.</param>
public sealed class StrikeSchedule(long seed, int nodes, int count)
{
    private const long Stream = 0x57_41_4B;
    private const double Shortest = 1;
    private const double Longest = 8;

    private readonly RandomStream _random = new(seed, Stream);
    private int _number;

    /// <summary>The next strike.</summary>
    public Strike Next()
    {
        var (isFreeze, node, share) = (_random.NextInt(2) == 1, _random.NextInt(nodes), _random.NextDouble());
        if (_number++ == count / 2) return new Strike(StrikeKind.PowerCut, node, TimeSpan.Zero);
        return isFreeze
            ? new Strike(StrikeKind.Freeze, node, TimeSpan.FromSeconds(Math.Round(Shortest + share * (Longest - Shortest), 2)))
            : new Strike(StrikeKind.Kill, node, TimeSpan.Zero);
    }
}
