using System.Security.Cryptography;
using Akka.Actor;

namespace Akka.Remote;

/// <summary>Which incarnation of its address an actor system is.</summary>
public class AddressUidExtension : ExtensionIdProvider<AddressUid>
{
    /// <inheritdoc/>
    public override AddressUid CreateExtension(ExtendedActorSystem system) => new();

    /// <summary>The number that tells this incarnation from others at the same address.</summary>
    public static int Uid(ActorSystem system) => system.WithExtension<AddressUid, AddressUidExtension>().Uid;
}

/// <summary>A system's number, drawn once.</summary>
public class AddressUid : IExtension
{
    /// <summary>The number that tells this incarnation from others at the same address.</summary>
    public readonly int Uid = RandomNumberGenerator.GetInt32(int.MaxValue);
}
