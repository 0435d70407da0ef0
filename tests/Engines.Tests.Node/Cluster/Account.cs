using System.Globalization;
using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Node.Cluster;

/// <summary>
/// An entity that counts: a command "id number" makes it persist that number, if it is the next, and answer with the command when that is done. One
/// that it has counted already is answered again; one that is not the next is not answered. "id passivate" ends it until the next command, and "id fall"
/// without a word to its shard. "id count" is answered with "id count number", the last number that it has counted.
/// </summary>
public sealed class Account : ReceivePersistentActor
{
    /// <summary>What it is called in <c>ClusterSharding.Start</c>.</summary>
    public const string TypeName = "accounts";

    private long _number;

    /// <summary>An account.</summary>
    public Account(string id, string writer, bool reports)
    {
        PersistenceId = $"account-{id}";
        Recover<Entry>(entry => _number = entry.Number);
        Recover<RecoveryCompleted>(_ =>
        {
            if (reports) Scenario.Report($"recovered {id} {_number}");
        });
        Command<string>(command =>
        {
            var word = command.Split(' ')[1];
            if (word == "passivate")
            {
                Context.Parent.Tell(new Passivate(PoisonPill.Instance));
                return;
            }

            if (word == "fall")
            {
                Context.Stop(Self);
                return;
            }

            if (word == "count")
            {
                Sender.Tell($"{command} {_number}");
                return;
            }

            var number = long.Parse(word, CultureInfo.InvariantCulture);
            if (number <= _number)
            {
                if (reports) Scenario.Report($"ack {id} {number}");
                Sender.Tell(command);
            }
            else if (number == _number + 1)
            {
                var client = Sender;
                Persist(new Entry(number, writer), entry =>
                {
                    _number = entry.Number;
                    if (reports) Scenario.Report($"ack {id} {number}");
                    client.Tell(command);
                });
            }
        });
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <summary>Which account a command is for.</summary>
    public static IMessageExtractor Extractor(int shards) => HashCodeMessageExtractor.Create(shards, message => (message as string)?.Split(' ')[0]);
}
