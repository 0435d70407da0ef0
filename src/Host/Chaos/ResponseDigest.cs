using System.IO.Hashing;
using ActorRlhf.Actors.Protocol;
using Google.Protobuf;

namespace ActorRlhf.Host.Chaos;

/// <summary>XxHash64 of what makes a response: its episode, the policy's version, tokens and log-probabilities. Scoring changes none of it.</summary>
public static class ResponseDigest
{
    /// <summary>Of a response that is not scored.</summary>
    public static ulong Of(SampledEpisode episode) => Of(episode.Episode, episode.PolicyVersion, episode.Response, episode.Behaviour);

    /// <summary>Of one that is.</summary>
    public static ulong Of(ScoredEpisode episode) => Of(episode.Episode, episode.PolicyVersion, episode.Response, episode.Behaviour);

    private static ulong Of(long episode, long version, ByteString response, ByteString behaviour)
    {
        var hash = new XxHash64();
        foreach (var number in new[] { episode, version, response.Length, behaviour.Length }) hash.Append(BitConverter.GetBytes(number));
        hash.Append(response.Span);
        hash.Append(behaviour.Span);
        return hash.GetCurrentHashAsUInt64();
    }
}
