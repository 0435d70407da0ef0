using System.Diagnostics;
using System.IO.Hashing;
using System.Text;

namespace ActorRlhf.Actors.Operations;

/// <summary>
/// Spans of one stage of episodes' lives, in one actor: <c>lease</c>, <c>generate</c>, <c>score</c>, <c>journal</c> and <c>train</c> of an episode are one trace, whichever processes they are in.
/// Whoever listens to the activity source <see cref="SourceName"/> gets them; where nobody does, nothing is kept.
/// </summary>
/// <remarks>
/// A trace's identity follows from the run's name and the episode's number, so it need not travel with the episode, and its spans stand side by side. It is a hash: a sampler that goes by
/// it, such as OpenTelemetry's ratio, decides the same in all processes. Not for several threads at a time.
/// </remarks>
/// <param name="run">The run's name.</param>
/// <param name="stage">What the spans are called.</param>
public sealed class EpisodeSpans(string run, string stage)
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = ActorMetrics.MeterName;

    /// <summary>The tag with the run's name.</summary>
    public const string Run = "rlhf.run";

    /// <summary>The tag with the episode's number.</summary>
    public const string Episode = "rlhf.episode";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Dictionary<long, Activity> _open = [];

    /// <summary>Whether somebody wants spans.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>How many have begun and not ended.</summary>
    public int Count => _open.Count;

    /// <summary>The identity of an episode's trace.</summary>
    public static ActivityTraceId Trace(string run, long episode)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes(run));
        hash.Append(BitConverter.GetBytes(BitConverter.IsLittleEndian ? episode : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(episode)));
        Span<byte> id = stackalloc byte[16];
        hash.GetHashAndReset(id);
        return ActivityTraceId.CreateFromBytes(id);
    }

    /// <summary>Begins an episode's span, where somebody wants it. One that is under way is forgotten.</summary>
    public void Begin(long episode)
    {
        if (!AreWanted) return;
        var trace = new ActivityContext(Trace(run, episode), default, ActivityTraceFlags.Recorded, isRemote: true);
        var current = Activity.Current;
        Activity.Current = null; // or it would be the span's parent
        var span = Source.StartActivity(stage, ActivityKind.Internal, trace, [new(Run, run), new(Episode, episode)]);
        Activity.Current = current;
        if (span is not null) _open[episode] = span;
    }

    /// <summary>Takes an episode's span, to be disposed, which ends it; null where there is none.</summary>
    public Activity? End(long episode) => _open.Count > 0 && _open.Remove(episode, out var span) ? span : null;

    /// <summary>Forgets the spans of all episodes below one.</summary>
    public void ForgetBelow(long episode)
    {
        if (_open.Count == 0) return;
        foreach (var below in _open.Keys.Where(open => open < episode).ToList()) _open.Remove(below);
    }
}
