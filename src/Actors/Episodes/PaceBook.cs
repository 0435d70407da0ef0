using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Episodes;

/// <summary>
/// How fast a shard's holders say they are, and which episodes are for a slow one: those that it finishes before faster ones would have got to them. Batches are trained on in their order, so
/// that a slow device that took the first episodes of one would hold up all others.
/// </summary>
/// <param name="window">Episodes that are worked on at a time.</param>
internal sealed class PaceBook(long window)
{
    private const double Faster = 1.5; // by less, who is faster makes no difference

    private readonly Dictionary<string, (double Speed, TimeSpan Latency)> _paces = [];

    /// <summary>A holder is gone.</summary>
    public void Lose(string holder) => _paces.Remove(holder);

    /// <summary>The first episode that is for a holder.</summary>
    /// <param name="request">What it asks for and says of itself.</param>
    /// <param name="first">The first episode that is not trained on.</param>
    /// <param name="elapsed">For how long it has been the first.</param>
    public long From(LeaseRequest request, long first, TimeSpan elapsed)
    {
        var latency = TimeSpan.FromMilliseconds(request.LatencyMilliseconds);
        if (request.Speed <= 0 || latency <= TimeSpan.Zero) return first;
        _paces[request.Holder] = (request.Speed, latency);
        var (speed, slowest) = (0.0, TimeSpan.Zero);
        foreach (var pace in _paces.Values)
        {
            if (Faster * pace.Latency > latency) continue;
            speed += pace.Speed;
            slowest = pace.Latency > slowest ? pace.Latency : slowest;
        }

        if (speed == 0) return first;
        var done = elapsed.TotalSeconds * speed;
        if (done > 2 * window + slowest.TotalSeconds * speed) return first; // those who are faster had their time and left something
        var behind = latency + TimeSpan.FromMilliseconds(request.WaitMilliseconds) - slowest;
        return first + (long)Math.Ceiling(done + behind.TotalSeconds * speed);
    }
}
