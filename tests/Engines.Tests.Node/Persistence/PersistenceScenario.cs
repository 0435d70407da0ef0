using System.Globalization;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node.Persistence;

/// <summary>Ledgers that write as fast as they can. A command is how many there are to be: they are called ledger-0, ledger-1 and so on.</summary>
public sealed class PersistenceScenario(ActorSystem system) : Scenario
{
    /// <inheritdoc/>
    public override void Command(string line)
    {
        for (var i = 0; i < int.Parse(line, CultureInfo.InvariantCulture); i++)
        {
            var id = $"ledger-{i}";
            system.ActorOf(Props.Create(() => new Ledger(id, $"{Environment.ProcessId}", true)), id);
        }
    }
}
