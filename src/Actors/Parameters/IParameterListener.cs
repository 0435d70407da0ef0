using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Parameters;

/// <summary>A node that fetches versions, as its <see cref="ParameterMember"/> sees it. May be used from any thread.</summary>
public interface IParameterListener
{
    /// <summary>The newest version that is on this node in full, or null.</summary>
    long? Newest { get; }

    /// <summary>Hears of a version, perhaps again, or of one that is older than others. It takes no time.</summary>
    void Hear(ParametersAvailable announcement);
}
