using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Journals;
using ActorRlhf.Host.Nodes;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace ActorRlhf.Host.Tests.Journals;

/// <summary>Single events among many, in a journal's table as Akka.Persistence.Sql makes it.</summary>
public sealed class EpisodeJournalTests : IDisposable
{
    private const int Batches = 300;
    private static readonly EpisodePlan _plan = new() { Run = "run", TotalEpisodes = Batches * 4, BatchSize = 4, Shards = 1 };
    private static readonly DateTimeOffset _start = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteConnection _database;
    private readonly Dictionary<string, long> _last = [];

    public EpisodeJournalTests()
    {
        _database = new SqliteConnection($"Data Source={_folder.In("run.db")};Pooling=False");
        _database.Open();
        Execute("""
            CREATE TABLE journal (ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, created BigInt NOT NULL, deleted Bit NOT NULL, persistence_id NVarChar(255) NOT NULL,
              sequence_number BigInt NOT NULL, message VarBinary NOT NULL, manifest NVarChar(500) NULL, identifier INTEGER NULL, writer_uuid NVarChar(128) NULL)
            """);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_batch_that_an_episode_was_trained_on_in_is_found_among_many()
    {
        WriteBatches(0);
        for (var batch = 0; batch < Batches; batch++)
        {
            var (formed, at) = Find(journal => journal.Training(4 * batch + batch % 4))!.Value;
            Assert.Equal((batch, _start.AddSeconds(batch)), (formed.Batch, at));
            Assert.Equal(4 * batch, formed.Episodes[0].Episode);
        }
    }

    [Fact]
    public void A_batch_that_was_deleted_or_is_not_formed_is_not_found()
    {
        WriteBatches(100);
        Assert.Equal([null, null, 100, 299], new[] { 0L, 399, 400, 1199 }.Select(episode => Find(journal => journal.Training(episode))?.Batch.Batch));
        Execute("DELETE FROM journal WHERE sequence_number > 150");
        Assert.Null(Find(journal => journal.Training(1199)));
        Execute("UPDATE journal SET deleted = 1");
        Assert.Null(Find(journal => journal.Training(404)));
    }

    [Fact]
    public void The_result_that_a_shard_has_accepted_is_found_among_many()
    {
        WriteResults();
        for (var episode = 0L; episode < 4 * Batches; episode++)
        {
            var (result, at) = Find(journal => journal.Acceptance(episode, _plan.BatchOf(episode) - 1))!.Value;
            Assert.Equal((episode, Accepted(episode)), (result.Episode, at));
        }
    }

    [Fact]
    public void A_result_that_was_never_accepted_is_not_found()
    {
        WriteResults(except: 100);
        Assert.Null(Find(journal => journal.Acceptance(100, 24)));
    }

    private static DateTimeOffset Accepted(long episode) => _start.AddMilliseconds(episode);

    private T Find<T>(Func<EpisodeJournal, T> find)
    {
        using var rows = JournalRows.Open(new ClusterSettings { Directory = _folder.Path });
        return find(new EpisodeJournal(rows, _plan));
    }

    private void WriteBatches(long first)
    {
        using var transaction = _database.BeginTransaction();
        var learner = Learner.PersistenceIdOf("run");
        for (var batch = first; batch < Batches; batch++)
        {
            Write(learner, new BatchFormed { Shape = _plan.Shape, Batch = batch, PolicyVersion = batch, Episodes = { Enumerable.Range(0, 4).Select(i => Result(4 * batch + i)) } }, _start.AddSeconds(batch));
            if (batch % 7 == 0) Write(learner, new CheckpointWritten { Shape = _plan.Shape, Version = batch + 1 }, _start.AddSeconds(batch));
        }

        transaction.Commit();
    }

    // An event an episode; each batch's in reverse, half of them while the batch before it is trained on.
    private void WriteResults(long except = -1)
    {
        using var transaction = _database.BeginTransaction();
        var shard = EpisodeShard.PersistenceIdOf("run", 0);
        for (var version = 0; version <= Batches; version++)
        {
            if (version > 0) Write(shard, new BatchesTrained { Shape = _plan.Shape, Version = version }, _start);
            foreach (var episode in new[] { 4L * version + 1, 4L * version, 4L * version + 7, 4L * version + 6 })
            {
                if (episode < _plan.TotalEpisodes && episode != except)
                    Write(shard, new EpisodesScored { Shape = _plan.Shape, Version = version, Episodes = { Result(episode) } }, Accepted(episode));
            }

            if (version == 0) foreach (var episode in new[] { 3L, 2 }) Write(shard, new EpisodesScored { Shape = _plan.Shape, Episodes = { Result(episode) } }, Accepted(episode));
        }

        transaction.Commit();
    }

    private static ScoredEpisode Result(long episode) => new() { Episode = episode, Response = ByteString.CopyFrom(1), Behaviour = ByteString.CopyFrom(new byte[4]), Reference = ByteString.CopyFrom(new byte[4]) };

    private void Write(string actor, IMessage @event, DateTimeOffset at)
    {
        using var command = _database.CreateCommand();
        command.CommandText = "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) VALUES (@at, 0, @actor, @nr, @message, @manifest, 2009, 'w')";
        command.Parameters.AddWithValue("at", at.UtcTicks);
        command.Parameters.AddWithValue("actor", actor);
        command.Parameters.AddWithValue("nr", _last[actor] = _last.GetValueOrDefault(actor) + 1);
        command.Parameters.AddWithValue("message", @event.ToByteArray());
        command.Parameters.AddWithValue("manifest", ProtocolSerializer.Manifests[@event.GetType()]);
        command.ExecuteNonQuery();
    }

    private void Execute(string sql)
    {
        using var command = _database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
