using Akka.Persistence.Sql;
using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>A database with its tables, and as many stores on it as a test wants to have processes.</summary>
internal sealed class StoreFixture : IDisposable
{
    private readonly TestDatabase _database;
    private readonly TimeSpan _timeout;
    private readonly List<SqlStore> _stores = [];

    public StoreFixture(string provider, TimeSpan? timeout = null)
    {
        _timeout = timeout ?? TimeSpan.FromSeconds(10);
        _database = new TestDatabase(provider);
        Store = Open();
        Store.Initialize().Wait();
    }

    public SqlStore Store { get; }

    /// <summary>What the stores warned of.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Configures the journal of another process.</summary>
    public string Hocon => _database.Hocon;

    public Coordination Coordination => Store.Coordination;

    public SqlStore Open()
    {
        var store = new SqlStore(SqlDatabase.For(_database.ProviderName, _database.ConnectionString, _timeout, Warnings.Add), 400);
        _stores.Add(store);
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

    public async Task<IEnumerable<long>> Numbers(string id) => (await Store.ReadEvents(id, 0, long.MaxValue, default)).Select(row => row.SequenceNr);

    public void Dispose()
    {
        foreach (var store in _stores)
            store.Dispose();
        _database.Dispose();
    }
}
