using Akka.Persistence.Sql;
using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>A database with its tables, and as many stores on it as a test wants to have processes.</summary>
internal sealed class StoreFixture : IDisposable
{
    private readonly TestDatabase database;
    private readonly TimeSpan timeout;
    private readonly List<SqlStore> stores = [];

    public StoreFixture(string provider, TimeSpan? timeout = null)
    {
        this.timeout = timeout ?? TimeSpan.FromSeconds(10);
        database = new TestDatabase(provider);
        Store = Open();
        Store.Initialize().Wait();
    }

    public SqlStore Store { get; }

    /// <summary>What the stores warned of.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Configures the journal of another process.</summary>
    public string Hocon => database.Hocon;

    public Coordination Coordination => Store.Coordination;

    public SqlStore Open()
    {
        var store = new SqlStore(SqlDatabase.For(database.ProviderName, database.ConnectionString, timeout, Warnings.Add), 400);
        stores.Add(store);
        return store;
    }

    public static EventRow Event(string id, long nr, byte value = 1) => new(id, nr, DateTime.UtcNow.Ticks, [value], "m", 17, "writer");

    /// <summary>Appends events and waits for what becomes of it.</summary>
    public static Task<Exception?> Append(SqlStore store, Fence? fence, params EventRow[] events)
    {
        var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Append(events, fence, done.SetResult);
        return done.Task;
    }

    public async Task<IEnumerable<long>> Numbers(string id) => (await Store.ReadEvents(id, 0, long.MaxValue, 10_000, default)).Select(row => row.SequenceNr);

    public void Dispose()
    {
        foreach (var store in stores)
            store.Dispose();
        database.Dispose();
    }
}
