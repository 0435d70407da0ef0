namespace ActorRlhf.Actors.Protocol;

/// <summary>A message to one episode shard of a run.</summary>
public interface IEpisodeShardMessage
{
    /// <summary>The run's identity.</summary>
    string Run { get; }

    /// <summary>The shard's number.</summary>
    int Shard { get; }
}

public sealed partial class LeaseRequest : IEpisodeShardMessage;

public sealed partial class LeasesReturned : IEpisodeShardMessage;

public sealed partial class EpisodesReported : IEpisodeShardMessage;

public sealed partial class EpisodeRequest : IEpisodeShardMessage;

public sealed partial class ShardStatusRequest : IEpisodeShardMessage;

public sealed partial class CollectEpisodes : IEpisodeShardMessage;
