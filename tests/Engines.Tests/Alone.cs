namespace ActorRlhf.Engines.Tests;

/// <summary>Tests that load the machine, or say how long something takes: one after the other, when all others are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
