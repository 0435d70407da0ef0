using ActorRlhf.Host.Checkpoints;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Tests.Checkpoints;

/// <summary>Two nodes with folders of their own: <c>one</c> has the learner, <c>two</c> stands by.</summary>
public sealed class CheckpointFollowerTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // only against hanging for ever

    private readonly HttpClient _http = new();
    private readonly TroubleLog _log = new();
    private CheckpointNode _one = null!, _two = null!;
    private CheckpointFollower _follower = null!;
    private long _version;

    public async Task InitializeAsync()
    {
        (_one, _two) = (await CheckpointNode.Start("one"), await CheckpointNode.Start("two"));
        _follower = _two.Follower(_http, () => (_one.Known, Interlocked.Read(ref _version)), _log, _one);
    }

    public async Task DisposeAsync()
    {
        _follower.Dispose();
        _http.Dispose();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task Checkpoints_are_copied_as_they_are_written_with_the_metrics_up_to_them_and_old_ones_are_deleted()
    {
        _follower.Start();
        foreach (var step in new[] { 4, 8, 12 })
        {
            Save(step);
            await Until(() => _follower.Version == step);
            Assert.Equal(_one.Bytes(step), _two.Bytes(step));
        }

        await _follower.TakeOverAsync();
        Assert.Equal([_two.Store.PathOf(8), _two.Store.PathOf(12)], _two.Store.List());
        Assert.Equal(await File.ReadAllTextAsync(_one.Metrics), await File.ReadAllTextAsync(_two.Metrics));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Metrics_beyond_the_checkpoint_stay_where_they_are()
    {
        Save(4);
        using (var log = MetricsLog.Open(_one.Metrics)) log.Append(5, "ppo", []);
        _follower.Start();
        await Until(() => MetricsLog.Read(_two.Metrics).Count() >= 4);
        await _follower.TakeOverAsync();
        Assert.Equal([1, 2, 3, 4], MetricsLog.Read(_two.Metrics).Select(record => (int)record.Step));
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched()
    {
        using var shared = _one.Follower(_http, () => (_two.Known, Interlocked.Read(ref _version)), _log); // whose folder the learner writes to
        shared.Start();
        Save(4);
        await Until(() => shared.Version == 4);
        Assert.Empty(_two.Asked);
    }

    [Fact]
    public async Task A_damaged_copy_is_complained_of_once_and_fetched_again_and_never_seen()
    {
        Save(4);
        _one.Alter("optimizer.safetensors", (piece, _) => new byte[piece.Length]);
        _follower.Start();
        await Until(() => _one.Asked.Count(asked => asked.Contains("optimizer.safetensors", StringComparison.Ordinal)) >= 2);
        Assert.Empty(_two.Store.List());
        const string Complaint = "the checkpoints of one cannot be copied: the checkpoint of step 4 has arrived damaged: optimizer.safetensors is damaged";
        Assert.Contains(Complaint, Assert.Single(_log.Lines), StringComparison.Ordinal);

        _one.Tamper = null;
        await Until(() => _follower.Version == 4);
        Assert.Equal(_one.Bytes(4), _two.Bytes(4));
        Assert.Single(_log.Lines);
        Assert.Equal(["latest", "step-000004"], Entries());
    }

    [Fact]
    public async Task A_fetch_that_breaks_off_goes_on_where_it_was()
    {
        Save(4);
        var broken = 0;
        _one.Alter("model.safetensors", (piece, at) => at > 0 && Interlocked.Increment(ref broken) == 1 ? throw new IOException("the cable is cut") : piece);
        _follower.Start();
        await Until(() => _follower.Version == 4);
        Assert.Equal(_one.Bytes(4), _two.Bytes(4));
        string[] asked = [.. _one.Asked.Where(asked => asked.Contains("model.safetensors", StringComparison.Ordinal))];
        Assert.Equal(2, asked.Length);
        Assert.Matches("^/checkpoints/4/model.safetensors\\?run=run-1 bytes=[1-9][0-9]*-$", asked[1]);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_learner_of_another_run_or_one_that_is_dead_is_complained_of_and_nothing_is_taken()
    {
        Save(4);
        using var other = new CheckpointFollower("two", "run-2", _two.Store, _two.Metrics, _http, () => (_one.Known, 4), () => [], _log.CreateLogger(""));
        other.Start();
        await Until(() => _log.Lines.Count == 1);
        Assert.Contains("this node has the checkpoints of run run-1, not of \"run-2\" (404)", _log.Lines[0], StringComparison.Ordinal);

        var dead = _one.Known with { Http = "http://127.0.0.1:1" };
        using var orphan = _two.Follower(_http, () => (dead, 4), _log);
        orphan.Start();
        await Until(() => _log.Lines.Count == 2);
        Assert.Contains("the checkpoints of one cannot be copied: http://127.0.0.1:1: ", _log.Lines[1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_two.Store.Directory));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_complained_of_and_the_node_goes_on()
    {
        await File.WriteAllTextAsync(_two.Store.Directory, ""); // where the folder should be
        Save(4);
        _follower.Start();
        await Until(() => _log.Lines.Count == 1);
        File.Delete(_two.Store.Directory);
        await Until(() => _follower.Version == 4);
        Assert.Equal(_one.Bytes(4), _two.Bytes(4));
    }

    [Fact]
    public async Task Who_becomes_the_learner_stops_following_and_fetches_what_another_has_that_is_newer()
    {
        Save(4);
        var (begun, isHeld) = (new TaskCompletionSource(), true);
        _one.Tamper = async (http, next) =>
        {
            if (Volatile.Read(ref isHeld) && http.Request.Path.Value!.EndsWith("state.json", StringComparison.Ordinal))
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            await next(http);
        };
        _follower.Start();
        await begun.Task.WaitAsync(Patience);
        Volatile.Write(ref isHeld, false);
        _one.Save(8); // of which nobody has heard

        await _follower.TakeOverAsync().WaitAsync(Patience);

        Assert.Null(_follower.Version);
        Assert.Equal([_two.Store.PathOf(8)], _two.Store.List());
        Assert.Equal(_one.Bytes(8), _two.Bytes(8));
        Assert.Equal(8, MetricsLog.Read(_two.Metrics).Count());
        Assert.Equal(["latest", "step-000008"], Entries());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_learner_that_leaves_stays_until_the_next_one_has_its_last_checkpoint()
    {
        Save(4);
        var let = new TaskCompletionSource();
        _one.Tamper = async (http, next) =>
        {
            if (http.Request.Path.Value!.EndsWith("SHA256SUMS", StringComparison.Ordinal)) await let.Task;
            await next(http);
        };
        _follower.Start();
        await Until(() => _one.Asked.Any(asked => asked.Contains("SHA256SUMS", StringComparison.Ordinal)));
        let.SetResult();
        await Until(() => _follower.Version == 4);

        var leaving = _one.Endpoint.Settle(isInherited: true, Patience);
        _one.Save(8);
        let = new TaskCompletionSource();
        var taking = _follower.TakeOverAsync();
        await Until(() => _one.Asked.Any(asked => asked.Contains("/8/SHA256SUMS", StringComparison.Ordinal)));
        Assert.False(leaving.IsCompleted);
        let.SetResult();
        await taking.WaitAsync(Patience);
        Assert.Equal(_one.Bytes(8), _two.Bytes(8));
        await leaving.WaitAsync(Patience);

        await _one.Endpoint.Settle(isInherited: false, Patience).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_learner_without_others_begins_at_once()
    {
        await _two.Follower(_http, () => null, _log).TakeOverAsync().WaitAsync(Patience);
        _one.Save(4);
        await _one.DisposeAsync();
        await _follower.TakeOverAsync().WaitAsync(Patience);
        Assert.Empty(_two.Store.List());
        Assert.Empty(_log.Lines);
        _one = await CheckpointNode.Start("one");
    }

    private string[] Entries() =>
        [.. Directory.EnumerateFileSystemEntries(_two.Store.Directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void Save(long step)
    {
        _one.Save(step);
        Interlocked.Exchange(ref _version, step);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(5, patience.Token);
    }
}
