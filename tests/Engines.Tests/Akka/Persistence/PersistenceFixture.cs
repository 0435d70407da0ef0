using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>An actor system with a journal of its own, and a line on which actors report to the test.</summary>
internal sealed class PersistenceFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestDatabase _database;
    private readonly Channel<object> _reports = Channel.CreateUnbounded<object>();

    public PersistenceFixture(string provider, string hocon = "")
    {
        _database = new TestDatabase(provider);
        System = ActorSystem.Create("persistence", ConfigurationFactory.ParseString(
            hocon + "\nakka.loglevel = OFF\nakka.stdout-loglevel = OFF\n" + NoteSerializer.Hocon + _database.Hocon));
    }

    public ActorSystem System { get; }

    public string ProviderName => _database.ProviderName;

    /// <summary>Starts a persistent actor.</summary>
    public IActorRef Start(string id, Action<Scripted> script, Recovery? recovery = null) =>
        System.ActorOf(Props.Create(() => new Scripted(id, recovery ?? Recovery.Default, script)));

    /// <summary>Starts one that keeps the notes it is sent, says "kept", its last number and "recovered", and goes on from its past.</summary>
    public IActorRef StartKeeper(string id, List<string>? texts = null, Recovery? recovery = null)
    {
        return Start(id, actor =>
        {
            var kept = texts ?? [];
            actor.Past<SnapshotOffer>(offer => kept.AddRange(((Pages)offer.Snapshot).Texts));
            actor.Past<Note>(note => kept.Add(note.Text));
            actor.Past<RecoveryCompleted>(_ => Report($"recovered {actor.LastSequenceNr}"));
            actor.Unrecovered = cause => Report($"unrecovered {cause.GetType().Name}");
            actor.On<Note>(note => actor.Persist(note, written =>
            {
                kept.Add(written.Text);
                actor.From.Tell(actor.LastSequenceNr);
            }));
            actor.On<string>(command =>
            {
                switch (command)
                {
                    case "texts":
                        actor.From.Tell(kept.ToArray());
                        break;
                    case "snapshot":
                        actor.SaveSnapshot(new Pages([.. kept]));
                        break;
                    case "fail":
                        throw new InvalidOperationException("as it was told to");
                    default:
                        break;
                }
            });
            actor.On<long>(actor.DeleteMessages);
            actor.On<SnapshotSelectionCriteria>(actor.DeleteSnapshots);
            actor.On<SaveSnapshotSuccess>(Report);
            actor.On<DeleteMessagesSuccess>(Report);
            actor.On<DeleteMessagesFailure>(Report);
            actor.On<DeleteSnapshotsSuccess>(Report);
        }, recovery);
    }

    /// <summary>Has a keeper persist notes.</summary>
    public static async Task Keep(IActorRef keeper, params string[] texts)
    {
        foreach (var text in texts) await keeper.Ask<long>(new Note(text), Patience);
    }

    public static Task<string[]> Texts(IActorRef keeper) => keeper.Ask<string[]>("texts", Patience);

    public void Report(object what) => _reports.Writer.TryWrite(what);

    /// <summary>The next report.</summary>
    public async Task<object> Next()
    {
        using var time = new CancellationTokenSource(Patience);
        return await _reports.Reader.ReadAsync(time.Token);
    }

    /// <summary>The next reports.</summary>
    public async Task<List<object>> Next(int count)
    {
        var next = new List<object>();
        while (next.Count < count) next.Add(await Next());
        return next;
    }

    /// <summary>Waits until an actor has ended.</summary>
    public async Task Ended(IActorRef actor)
    {
        var ended = new TaskCompletionSource();
        System.ActorOf(Props.Create(() => new Mourner(actor, ended)));
        await ended.Task.WaitAsync(Patience);
    }

    /// <summary>Stops an actor and waits until it has ended.</summary>
    public async Task End(IActorRef actor)
    {
        System.Stop(actor);
        await Ended(actor);
    }

    /// <inheritdoc cref="TestDatabase.Query"/>
    public List<object?[]> Query(string sql) => _database.Query(sql);

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        _database.Dispose();
    }

    private sealed class Mourner : ReceiveActor
    {
        public Mourner(IActorRef actor, TaskCompletionSource ended)
        {
            Context.Watch(actor);
            Receive<Terminated>(_ =>
            {
                ended.TrySetResult();
                Context.Stop(Self);
            });
        }
    }
}
