using Akka.Actor;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Node.Embedded.Persistence;

/// <summary>
/// Stands in the middle of a transaction that changes every member: a command begins it and reports "inside", the next lets it end, and it reports
/// "outside" or, where nothing came of it, "lost".
/// </summary>
internal sealed class TransactionScenario(ActorSystem system) : Scenario
{
    private readonly SemaphoreSlim _leave = new(0);
    private bool _inside;

    public override void Command(string line)
    {
        if (_inside)
        {
            _leave.Release();
            return;
        }

        _inside = true;
        var config = system.Settings.Config.GetConfig("akka.persistence.journal.sql")!;
        var database = SqlDatabase.For(config.GetString("provider-name")!, config.GetString("connection-string")!, TimeSpan.FromSeconds(10));
        new WriteQueue(database, 1).Run(null, session =>
        {
            session.Execute("UPDATE akka_embedded_member SET status = 'Changed'");
            Report("inside");
            _leave.Wait();
            return true;
        }).ContinueWith(outcome => Report(outcome.IsCompletedSuccessfully ? "outside" : "lost"));
    }
}
