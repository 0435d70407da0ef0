using Akka.Actor;

namespace Akka.Persistence.Sql;

/// <summary>A write was refused, and nothing of it happened: the writer no longer holds the lease it writes under.</summary>
internal sealed class LeaseLostException(string message) : AkkaException(message)
{
    public LeaseLostException(Fence fence)
        : this($"{fence.Owner} no longer holds the lease {fence.Lease} with epoch {fence.Epoch}: it gave it up, or was declared dead while it was "
            + "silent. Nothing was written; another owner goes on from the journal.")
    {
    }
}
