using System.Runtime.CompilerServices;

namespace Akka.Persistence.Sql;

/// <summary>
/// The members of a cluster and the leases they hold, in the journal's own database. Every age and expiry is judged by one clock, the
/// database's, so no two machines' clocks are compared. A journal write names the lease it is made under and its transaction looks the lease
/// up: who lost it, or was declared dead, cannot write, however late it finds out.
/// </summary>
internal sealed class Coordination : IDisposable
{
    /// <summary>The status of a member that has been declared dead. It stays so.</summary>
    public const string Dead = "Dead";

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly SqlDatabase _database;
    private readonly WriteQueue _queue;
    private readonly bool _ownsQueue;
    private readonly Lock _gate = new();
    private Task? _tables;

    /// <summary>Works beside a journal in the same database.</summary>
    public Coordination(SqlDatabase database, WriteQueue journal)
    {
        _database = database;
        _ownsQueue = database.SeparateCoordination;
        _queue = _ownsQueue ? new WriteQueue(database, 1) : journal;
    }

    private string Now => _database.Clock;

    private string OwnedLeases => $"SELECT name FROM akka_embedded_lease WHERE owner = @owner ORDER BY name{_database.LockRows}";

    /// <summary>What a member's leases name as their owner.</summary>
    public static string Owner(string address, long uid) => FormattableString.Invariant($"{address}#{uid}");

    /// <summary>The lease that a member holds from its first to its last moment: what it writes outside any other is written under it.</summary>
    public static string OwnLease(string owner) => $"member/{owner}";

    /// <summary>Makes a process a member. An earlier start of the same address is declared dead: there cannot be two.</summary>
    /// <returns>The lease of the member itself (<see cref="OwnLease"/>).</returns>
    public Task<Lease> Join(string owner, string roles, string status, TimeSpan leaseTime) => Run(session =>
    {
        Forget(session);
        var address = owner[..(owner.LastIndexOf('#') + 1)];
        foreach (var earlier in Owners(session).Where(other => other != owner && other.StartsWith(address, StringComparison.Ordinal)))
            Bury(session, earlier);
        session.Execute($"""
            INSERT INTO akka_embedded_member (owner, number, roles, status, heartbeat, gap)
            VALUES (@owner, (SELECT coalesce(max(number), 0) + 1 FROM akka_embedded_member), @roles, @status, {Now}, 0)
            """, ("owner", owner), ("roles", roles), ("status", status));
        return Take(session, OwnLease(owner), owner, leaseTime);
    });

    /// <summary>Says that a member is alive, renews its leases, and looks around.</summary>
    public Task<Pulse> Beat(string owner, TimeSpan leaseTime) => Run(session =>
    {
        var alive = session.Execute($"""
            UPDATE akka_embedded_member SET gap = {Now} - heartbeat, heartbeat = {Now} WHERE owner = @owner AND status <> @dead
            """, ("owner", owner), ("dead", Dead)) > 0;
        if (alive)
            session.Execute($"""
                UPDATE akka_embedded_lease SET expires = {Now} + @time WHERE name IN ({OwnedLeases})
                """, ("time", (long)leaseTime.TotalMilliseconds), ("owner", owner));
        // A clock that is set back leaves heartbeats in the future; whoever died before would not be missed until then.
        session.Execute($"UPDATE akka_embedded_member SET heartbeat = {Now} WHERE heartbeat > {Now}");
        var gap = session.Query("SELECT gap FROM akka_embedded_member WHERE owner = @owner", row => row.GetInt64(0), ("owner", owner));
        return new Pulse(alive, Members(session), alive ? Leases(session, "owner = @value", owner) : [], TimeSpan.FromMilliseconds(gap is [var known] ? known : 0));
    });

    /// <summary>Moves a living member on.</summary>
    /// <returns>Whether it is alive.</returns>
    public Task<bool> SetStatus(string owner, string status) => Run(session => session.Execute(
        "UPDATE akka_embedded_member SET status = @status WHERE owner = @owner AND status <> @dead",
        ("status", status), ("owner", owner), ("dead", Dead)) > 0);

    /// <summary>Says what a member is there for.</summary>
    public Task SetRoles(string owner, string roles) => Run(session =>
        session.Execute("UPDATE akka_embedded_member SET roles = @roles WHERE owner = @owner", ("roles", roles), ("owner", owner)));

    /// <summary>
    /// Declares a member dead and frees its leases, if it has been silent for long enough. From then on nothing that it writes gets in.
    /// </summary>
    /// <param name="owner">The member.</param>
    /// <param name="silence">
    /// How long its last heartbeat must be ago by the database's clock; zero to declare it dead whatever it says. Who was itself silent for so
    /// long before its own last heartbeat cannot judge: then the database did not answer, and the others may only be waiting for their turn.
    /// </param>
    /// <param name="judge">The member that finds it dead.</param>
    /// <returns>Whether it is dead now.</returns>
    public Task<bool> DeclareDead(string owner, TimeSpan silence, string judge) => Run(session =>
    {
        var members = session.Query($"""
            SELECT owner, status, {Now} - heartbeat, gap FROM akka_embedded_member WHERE owner IN (@owner, @judge) ORDER BY owner{_database.LockRows}
            """,
            row => (Owner: row.GetString(0), Status: row.GetString(1), Silence: row.GetInt64(2), Gap: row.GetInt64(3)),
            ("owner", owner), ("judge", judge)).Where(member => member.Status != Dead).ToDictionary(member => member.Owner);
        var least = (long)silence.TotalMilliseconds;
        if (!members.TryGetValue(owner, out var accused)) return true;
        var mayJudge = least == 0 || (members.TryGetValue(judge, out var other) && other.Silence + other.Gap < least);
        if (!mayJudge || accused.Silence < least) return false;
        Bury(session, owner);
        return true;
    });

    /// <summary>Takes a member that stops in good order out, and frees its leases.</summary>
    public Task Leave(string owner) => Run(session =>
    {
        Bury(session, owner);
        session.Execute("DELETE FROM akka_embedded_lease WHERE name = @name", ("name", OwnLease(owner)));
        return session.Execute("DELETE FROM akka_embedded_member WHERE owner = @owner", ("owner", owner));
    });

    /// <summary>Every member, in the order in which they joined.</summary>
    public Task<IReadOnlyList<Member>> Members() => Run(Members);

    /// <summary>Takes a lease if nobody has it, or its owner let it expire. Who has it already keeps it, with its epoch.</summary>
    /// <returns>The lease as it is now, whoever has it.</returns>
    /// <exception cref="LeaseLostException"><paramref name="owner"/> is not a living member.</exception>
    public Task<Lease> Acquire(string name, string owner, TimeSpan leaseTime) => Run(session =>
    {
        var living = session.Query(
            $"SELECT 1 FROM akka_embedded_member WHERE owner = @owner AND status <> @dead{_database.LockRows}", _ => true, ("owner", owner), ("dead", Dead));
        if (living.Count == 0)
            throw new LeaseLostException($"{owner} cannot have the lease {name}: it was declared dead, or never joined");
        return Take(session, name, owner, leaseTime);
    });

    /// <summary>Extends every lease of an owner.</summary>
    /// <returns>Those that it still has; one that somebody took meanwhile is not among them.</returns>
    public async Task<IReadOnlyList<Lease>> Renew(string owner, TimeSpan leaseTime) => (await Beat(owner, leaseTime).ConfigureAwait(false)).Leases;

    /// <summary>Gives a lease up.</summary>
    /// <returns>Whether it was held as <paramref name="fence"/> says.</returns>
    public Task<bool> Release(Fence fence) => Run(session => session.Execute(
        "UPDATE akka_embedded_lease SET owner = '', expires = 0 WHERE name = @name AND owner = @owner AND epoch = @epoch",
        ("name", fence.Lease), ("owner", fence.Owner), ("epoch", fence.Epoch)) > 0);

    /// <summary>The entities that a shard remembers.</summary>
    public Task<List<string>> Entities(string shard) =>
        Run(session => session.Query("SELECT entity FROM akka_embedded_entity WHERE shard = @shard", row => row.GetString(0), ("shard", shard)));

    /// <summary>Has the shard of a lease forget entities, then remember others.</summary>
    /// <exception cref="LeaseLostException">Somebody else has the shard.</exception>
    public Task Remember(Fence fence, IReadOnlyList<string> forget, IReadOnlyList<string> remember) => _queue.Run(fence, session =>
    {
        foreach (var entity in forget)
        {
            session.Execute(
                "DELETE FROM akka_embedded_entity WHERE shard = @shard AND entity = @entity", ("shard", fence.Lease), ("entity", entity));
        }

        foreach (var entity in remember)
        {
            session.Execute(
                "INSERT INTO akka_embedded_entity (shard, entity) VALUES (@shard, @entity) ON CONFLICT (shard, entity) DO NOTHING",
                ("shard", fence.Lease), ("entity", entity));
        }

        return true;
    });

    /// <summary>The leases whose names begin so, by name.</summary>
    public Task<IReadOnlyList<Lease>> Leases(string prefix) => Run(session => Leases(session, "substr(name, 1, length(@value)) = @value", prefix));

    /// <summary>The leases whose names begin so, at once and whenever an owner changes.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Lease>> Watch(
        string prefix, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval);
        List<Fence>? known = null;
        do
        {
            var leases = await Leases(prefix).ConfigureAwait(false);
            if (leases.Select(lease => lease.Fence).ToList() is var current && (known is null || !known.SequenceEqual(current)))
            {
                known = current;
                yield return leases;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>Ends the thread, where there is one of its own.</summary>
    public void Dispose()
    {
        if (_ownsQueue)
            _queue.Dispose();
    }

    private async Task<T> Run<T>(Func<SqlSession, T> work)
    {
        await Tables().ConfigureAwait(false);
        return await _queue.Run(null, work, urgent: true).ConfigureAwait(false);
    }

    // Made when they are first needed, and tried again when that failed.
    private Task Tables()
    {
        lock (_gate)
        {
            return _tables = _tables is null or { IsFaulted: true } ? _queue.Run(null, session =>
            {
                _database.CreateCoordinationTables(session);
                return true;
            }, urgent: true) : _tables;
        }
    }

    private Lease Take(SqlSession session, string name, string owner, TimeSpan leaseTime)
    {
        session.Execute(
            "INSERT INTO akka_embedded_lease (name, owner, epoch, expires) VALUES (@name, '', 0, 0) ON CONFLICT (name) DO NOTHING", ("name", name));
        session.Execute($"""
            UPDATE akka_embedded_lease SET epoch = epoch + CASE WHEN owner = @owner THEN 0 ELSE 1 END, owner = @owner, expires = {Now} + @time
            WHERE name = @name AND (owner = @owner OR owner = '' OR expires <= {Now})
            """, ("name", name), ("owner", owner), ("time", (long)leaseTime.TotalMilliseconds));
        return Leases(session, "name = @value", name)[0];
    }

    // Frees a member's leases; their epochs stay, so the next owner's is higher.
    private void Bury(SqlSession session, string owner)
    {
        session.Execute("UPDATE akka_embedded_member SET status = @dead WHERE owner = @owner", ("dead", Dead), ("owner", owner));
        session.Execute($"""
            UPDATE akka_embedded_lease SET owner = '', expires = 0 WHERE name IN ({OwnedLeases})
            """, ("owner", owner));
    }

    // The dead are kept for a while for others to notice. One that wakes later is no member, which is as good.
    private void Forget(SqlSession session)
    {
        foreach (var owner in session.Query(
            $"SELECT owner FROM akka_embedded_member WHERE status = @dead AND heartbeat < {Now} - @kept",
            row => row.GetString(0), ("dead", Dead), ("kept", (long)Remembered.TotalMilliseconds)))
        {
            session.Execute("DELETE FROM akka_embedded_lease WHERE name = @name", ("name", OwnLease(owner)));
            session.Execute("DELETE FROM akka_embedded_member WHERE owner = @owner", ("owner", owner));
        }
    }

    private static List<string> Owners(SqlSession session) =>
        session.Query("SELECT owner FROM akka_embedded_member WHERE status <> @dead", row => row.GetString(0), ("dead", Dead));

    private IReadOnlyList<Member> Members(SqlSession session) => session.Query(
        $"SELECT owner, number, roles, status, {Now} - heartbeat FROM akka_embedded_member ORDER BY number, owner",
        row => new Member(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), TimeSpan.FromMilliseconds(row.GetInt64(4))));

    private IReadOnlyList<Lease> Leases(SqlSession session, string condition, string value) => session.Query(
        $"SELECT name, owner, epoch, expires - {Now} FROM akka_embedded_lease WHERE {condition} ORDER BY name",
        row => new Lease(row.GetString(0), row.GetString(1), row.GetInt64(2), TimeSpan.FromMilliseconds(row.GetInt64(3))), ("value", value));
}
