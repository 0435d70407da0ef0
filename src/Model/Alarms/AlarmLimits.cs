using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Alarms;

/// <summary>Between which limits a metric stays when all is well. A limit that is null is none.</summary>
public sealed record AlarmLimits
{
    /// <summary>Above it somebody should look.</summary>
    public double? WarnAbove { get; init; }

    /// <summary>Above it training stops and waits.</summary>
    public double? StopAbove { get; init; }

    /// <summary>Below it somebody should look.</summary>
    public double? WarnBelow { get; init; }

    /// <summary>Below it training stops and waits.</summary>
    public double? StopBelow { get; init; }

    /// <summary>Updates in a row that must be beyond a limit before it counts.</summary>
    [Range(1, AlarmSettings.History)]
    public int Updates { get; init; } = 1;

    /// <summary>Refuses limits of which the one to stop at comes before the one to warn at.</summary>
    /// <exception cref="UserErrorException">They are the wrong way round.</exception>
    public void Validate()
    {
        if (StopAbove < WarnAbove) throw Wrong("stop-above", StopAbove, "below warn-above", WarnAbove, "set it higher");
        if (StopBelow > WarnBelow) throw Wrong("stop-below", StopBelow, "above warn-below", WarnBelow, "set it lower");
        if (WarnBelow >= WarnAbove) throw Wrong("warn-below", WarnBelow, "not below warn-above", WarnAbove, "set it lower");
        if (StopBelow >= StopAbove) throw Wrong("stop-below", StopBelow, "not below stop-above", StopAbove, "set it lower");
    }

    /// <summary>The limit of a level that a value is beyond; null where there is none.</summary>
    internal double? Beyond(AlarmLevel level, double value)
    {
        var (above, below) = level == AlarmLevel.Stop ? (StopAbove, StopBelow) : (WarnAbove, WarnBelow);
        return value > above ? above : value < below ? below : null;
    }

    private static UserErrorException Wrong(string one, double? value, string how, double? other, string remedy) =>
        new(FormattableString.Invariant($"{one} is {value}, {how}, which is {other}; {remedy}"));
}
