namespace ActorRlhf.Host.Operations;

/// <summary>A few samples of each of the last updates, in memory. May be used from any thread.</summary>
public sealed class RecentSamples
{
    /// <summary>Updates whose samples are kept.</summary>
    public const int Updates = 8;

    private volatile IReadOnlyList<SampleReport> _all = [];

    /// <summary>The samples, the newest update's first.</summary>
    public IReadOnlyList<SampleReport> All => _all;

    /// <summary>Takes in an update's samples. Only one thread does that at a time, and <see cref="Rewind"/>.</summary>
    /// <param name="samples">The samples, all of one update.</param>
    public void Add(IReadOnlyList<SampleReport> samples) => _all = [.. samples, .. _all.Where(sample => sample.Update > samples[0].Update - Updates)];

    /// <summary>Forgets what was trained on after an update: it is trained on again.</summary>
    /// <param name="update">The last update that stays.</param>
    public void Rewind(long update) => _all = [.. _all.Where(sample => sample.Update <= update)];
}
