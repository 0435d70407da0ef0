using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Tests.Parameters;

/// <summary>Versions between learner and rollouts, on one node and over real HTTP.</summary>
public sealed class NodeParametersTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_the_learner_of_the_same_node_has_published_is_read_without_http()
    {
        await using var node = await RunNode.Start((_, _) => throw new InvalidOperationException("nobody is asked"));
        var early = node.Fetch(3);
        var announced = node.Publish(3);
        Assert.Equal(3, await early.WaitAsync(_patience));
        Assert.Equal(3, await node.Fetch(1));
        Assert.Equal((RunNode.Run, 3, ParameterFormat.Float32), (announced.Run, announced.Version, announced.Format));
        Assert.Equal([node.Address], announced.Sources);
        Assert.Equal(3, node.Parameters.Newest);
        Assert.Equal(0, node.Store.Uploaded);
    }

    [Fact]
    public async Task A_version_is_waited_for_until_it_is_announced_and_a_newer_one_is_as_good()
    {
        await using var learner = await RunNode.Start();
        await using var node = await RunNode.Start();
        node.Parameters.Hear(learner.Publish(1));
        var fetching = node.Fetch(2);
        Assert.Equal(1, await node.Fetch(0));
        Assert.False(fetching.IsCompleted);
        node.Parameters.Hear(learner.Publish(3));
        Assert.Equal(3, await fetching.WaitAsync(_patience));
        Assert.Equal(3, node.Parameters.Newest);
        Assert.Empty(node.Notes);
    }

    [Fact]
    public async Task Rollouts_that_want_the_same_version_share_one_fetch()
    {
        var pass = new TaskCompletionSource();
        await using var learner = await RunNode.Start(async (http, next) =>
        {
            await pass.Task;
            await next(http);
        });
        await using var node = await RunNode.Start();
        node.Parameters.Hear(learner.Publish(1));
        Task<long>[] fetching = [.. Enumerable.Range(0, 3).Select(_ => node.Fetch(1))];
        node.Parameters.Hear(learner.Announced.Last()); // once more
        pass.SetResult();
        Assert.All(await Task.WhenAll(fetching).WaitAsync(_patience), version => Assert.Equal(1, version));
        Assert.Equal(4 * 1008, learner.Store.Uploaded); // 1,000 values padded to a multiple of 16
    }

    [Fact]
    public async Task A_fetch_that_fails_is_begun_again_until_it_succeeds_and_says_so()
    {
        var failures = 12;
        await using var learner = await RunNode.Start((http, next) =>
        {
            if (Interlocked.Decrement(ref failures) >= 0) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return http.Response.StatusCode == StatusCodes.Status503ServiceUnavailable ? Task.CompletedTask : next(http);
        });
        await using var node = await RunNode.Start();
        node.Parameters.Hear(learner.Publish(1));
        Assert.Equal(1, await node.Fetch(1).WaitAsync(_patience));
        Assert.Equal(2, node.Notes.Count); // a source is asked five times a fetch
        Assert.Matches("^version 1 of run-1 cannot be fetched, no source is left .*; tried again in 0 s, or at the next announcement$", node.Notes.First());
    }

    [Fact]
    public async Task A_fetch_that_failed_is_begun_again_at_once_when_the_version_is_announced_again()
    {
        await using var learner = await RunNode.Start();
        await using var node = await RunNode.Start(limits: new FetchLimits { Backoff = TimeSpan.FromMilliseconds(1), Retry = TimeSpan.FromHours(1) });
        var announced = learner.Publish(1);
        var nowhere = announced.Clone();
        nowhere.Sources[0] = "http://127.0.0.1:1";
        node.Parameters.Hear(nowhere);
        var fetching = node.Fetch(1);
        await Until(() => !node.Notes.IsEmpty);
        node.Parameters.Hear(announced); // by the learner that took over, at another address
        Assert.Equal(1, await fetching.WaitAsync(_patience));
    }

    [Fact]
    public async Task Who_gives_up_does_not_end_the_fetch_of_others()
    {
        var pass = new TaskCompletionSource();
        await using var learner = await RunNode.Start(async (http, next) =>
        {
            await pass.Task;
            await next(http);
        });
        await using var node = await RunNode.Start();
        node.Parameters.Hear(learner.Publish(1));
        using var cancellation = new CancellationTokenSource();
        var first = node.Fetch(1, cancellation.Token);
        var second = node.Fetch(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        pass.SetResult();
        Assert.Equal(1, await second.WaitAsync(_patience));
    }

    [Fact]
    public async Task A_fetch_that_hangs_gives_way_to_the_version_after_the_next()
    {
        await using var learner = await RunNode.Start((http, next) => http.Request.Path.StartsWithSegments("/parameters/1") ? Never(http) : next(http));
        await using var node = await RunNode.Start();
        node.Parameters.Hear(learner.Publish(1));
        var fetching = node.Fetch(1);
        await Until(() => node.Store.Versions.Count == 1); // it is under way
        node.Parameters.Hear(learner.Publish(2));
        node.Parameters.Hear(learner.Publish(3));
        Assert.Equal(3, await fetching.WaitAsync(_patience));
    }

    [Fact]
    public async Task A_publisher_that_hangs_gives_way_to_another_one_of_the_same_version()
    {
        await using var frozen = await RunNode.Start((http, _) => Never(http));
        await using var learner = await RunNode.Start();
        await using var node = await RunNode.Start();
        node.Parameters.Hear(frozen.Publish(1));
        var fetching = node.Fetch(1);
        await Until(() => node.Store.Versions.Count == 1);
        node.Parameters.Hear(frozen.Announced.Last());
        node.Parameters.Hear(learner.Publish(1));
        Assert.Equal(1, await fetching.WaitAsync(_patience));
        Assert.Empty(node.Notes);
    }

    [Fact]
    public async Task A_fetch_under_way_ends_when_the_learner_of_the_same_node_publishes_the_version()
    {
        await using var frozen = await RunNode.Start((http, _) => Never(http));
        await using var node = await RunNode.Start();
        node.Parameters.Hear(frozen.Publish(5));
        var fetching = node.Fetch(5);
        await Until(() => node.Store.Versions.Count == 1);
        node.Publish(4); // on the way there
        Assert.Empty(node.Announced);
        node.Publish(5);
        Assert.Equal(5, await fetching.WaitAsync(_patience));
        Assert.Equal([5], node.Announced.Select(announced => announced.Version));
    }

    [Fact]
    public async Task A_network_of_another_shape_is_an_error_that_names_both_and_is_not_tried_again()
    {
        await using var learner = await RunNode.Start();
        await using var node = await RunNode.Start(values: 90);
        node.Parameters.Hear(learner.Publish(1));
        var error = await Assert.ThrowsAsync<UserErrorException>(() => node.Fetch(1).WaitAsync(_patience));
        Assert.Contains("version 1 of run-1 is of another network (1008 values with padding, ", error.Message);
        Assert.Contains("than this node's (90 parameters in 1 tensors, ", error.Message);
        Assert.Empty(node.Store.Versions);
        Assert.Empty(node.Notes);
    }

    [Fact]
    public async Task What_is_of_another_run_or_makes_no_sense_is_passed_over_with_a_note()
    {
        await using var learner = await RunNode.Start();
        await using var node = await RunNode.Start();
        var other = learner.Publish(7).Clone();
        other.Run = "another";
        node.Parameters.Hear(other);
        var broken = learner.Announced.Last().Clone();
        broken.Total = ByteString.CopyFrom(new byte[ParameterManifest.HashSize]);
        node.Parameters.Hear(broken);
        node.Parameters.Hear(learner.Publish(8));
        Assert.Equal(8, await node.Fetch(7).WaitAsync(_patience));
        Assert.Equal(
            [
                "version 7 of the parameters of run another is passed over; this node works on run run-1",
                "the announcement of version 7 of run-1 makes no sense: the total hash is not that of the chunks' hashes; run the same program on every node",
            ],
            node.Notes);
    }

    [Fact]
    public async Task A_node_that_ends_lets_nobody_wait()
    {
        await using var frozen = await RunNode.Start((http, _) => Never(http));
        await using var node = await RunNode.Start();
        var unheard = node.Fetch(2);
        node.Parameters.Hear(frozen.Publish(1));
        var hung = node.Fetch(1);
        await Until(() => node.Store.Versions.Count == 1);
        node.Parameters.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => unheard.WaitAsync(_patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => hung.WaitAsync(_patience));
    }

    private static Task Never(HttpContext http) => Task.Delay(Timeout.Infinite, http.RequestAborted);

    private static async Task Until(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow + _patience; !condition(); await Task.Delay(2)) Assert.True(DateTime.UtcNow < end, "it does not come to that");
    }
}
