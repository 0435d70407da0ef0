using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Ppo;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Protocol;

/// <summary>A trajectory without its query, as it is on wires and in journals.</summary>
public sealed class ScoredEpisodeTests
{
    [Fact]
    public void A_trajectory_comes_back_whole_with_its_query()
    {
        var trajectory = Samples.Trajectory(7);
        var back = ScoredEpisode.Parser.ParseFrom(ScoredEpisode.Of(trajectory).ToByteArray()).ToTrajectory(trajectory.Query);
        Assert.Equal(trajectory.EpisodeId, back.EpisodeId);
        Assert.Same(trajectory.Query, back.Query);
        Assert.Equal(trajectory.Response, back.Response);
        Assert.Equal(trajectory.BehaviourLogProbabilities, back.BehaviourLogProbabilities);
        Assert.Equal(trajectory.ReferenceLogProbabilities, back.ReferenceLogProbabilities);
        Assert.Equal(trajectory.Score, back.Score);
        Assert.Equal(trajectory.PolicyVersion, back.PolicyVersion);
        Assert.Null(back.Values);
    }

    [Fact]
    public void A_trajectory_that_cannot_be_learned_from_does_not_become_one()
    {
        Assert.Throws<ArgumentException>(() => ScoredEpisode.Of(Samples.Trajectory(7) with { Score = float.NaN }));
    }

    [Fact]
    public void Every_token_of_a_vocabulary_comes_back()
    {
        int[] tokens = [0, 1, 127, 128, 16383, 16384, 50256, 2097151, 2097152, int.MaxValue - 1];
        var numbers = new float[tokens.Length];
        var episode = ScoredEpisode.Of(new Trajectory(0, [1], tokens, numbers, numbers, 0, 0));
        Assert.Equal(tokens, episode.ToTrajectory([1]).Response);
        Assert.Null(episode.Flaw(int.MaxValue, 48));
    }

    public static TheoryData<string, Action<ScoredEpisode>> Flaws => new()
    {
        { "1 to 48 tokens", episode => episode.Response = ByteString.Empty },
        { "1 to 48 tokens", episode => episode.Response = ByteString.CopyFrom(new byte[49]) },
        { "not 12 and 8", episode => episode.Reference = ByteString.CopyFrom(new byte[8]) },
        { "not 13 and 12", episode => episode.Behaviour = ByteString.CopyFrom(new byte[13]) },
        { "none of 0 to 49999", episode => episode.Response = ByteString.CopyFrom(1, 2, 0xD0, 0x86, 0x03) }, // 50,000
        { "none of 0 to 49999", episode => episode.Response = ByteString.CopyFrom(1, 2, 3, 0x80) }, // the last one is cut short
        { "none of 0 to 49999", episode => episode.Response = ByteString.CopyFrom(1, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00) },
        { "not finite", episode => episode.Score = float.PositiveInfinity },
        { "not finite", episode => episode.Behaviour = ByteString.CopyFrom(0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0, 0, 0, 0) }, // -infinity
        { "not finite", episode => episode.Reference = ByteString.CopyFrom(0, 0, 0xC0, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0) }, // NaN
    };

    [Theory, MemberData(nameof(Flaws), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_learned_from_is_said(string words, Action<ScoredEpisode> spoil)
    {
        var episode = ScoredEpisode.Of(Samples.Trajectory(7) with { Response = [1, 2, 3] });
        Assert.Null(episode.Flaw(50_000, 48));
        spoil(episode);
        Assert.Contains(words, episode.Flaw(50_000, 48));
    }
}
