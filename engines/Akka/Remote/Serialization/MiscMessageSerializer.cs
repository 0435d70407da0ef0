using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>The engine's own messages, and actor references as messages.</summary>
/// <remarks>Of the exception in a <see cref="Status.Failure"/>, its type's name and message arrive, in an <see cref="AkkaException"/>.</remarks>
public sealed class MiscMessageSerializer(ExtendedActorSystem owner) : SerializerWithStringManifest(owner)
{
    private const string IdentifyManifest = "ID", IdentityManifest = "AID", RefManifest = "AR", PoisonPillManifest = "PP",
        KillManifest = "K", FailureManifest = "SF", SuccessManifest = "SS";

    /// <inheritdoc/>
    public override int Identifier => 16;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        Identify => IdentifyManifest,
        ActorIdentity => IdentityManifest,
        IActorRef => RefManifest,
        PoisonPill => PoisonPillManifest,
        Kill => KillManifest,
        Status.Failure => FailureManifest,
        Status.Success => SuccessManifest,
        _ => throw new ArgumentException($"{o.GetType()} is none of {nameof(MiscMessageSerializer)}'s messages"),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var writer = new FrameWriter();
        switch (obj)
        {
            case Identify identify:
                WriteOptional(writer, identify.MessageId);
                break;
            case ActorIdentity identity:
                WriteOptional(writer, identity.MessageId);
                WriteRef(writer, identity.Subject);
                break;
            case IActorRef actor:
                WriteRef(writer, actor);
                break;
            case Status.Failure failure:
                writer.WriteString($"{failure.Cause.GetType()}: {failure.Cause.Message}");
                WriteOptional(writer, failure.State);
                break;
            case Status.Success success:
                WriteOptional(writer, success.Status);
                break;
        }
        return writer.Written.ToArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new FrameReader(bytes);
        switch (manifest)
        {
            case IdentifyManifest:
                return new Identify(ReadOptional(ref reader)!);
            case IdentityManifest:
                return new ActorIdentity(ReadOptional(ref reader)!, ReadRef(ref reader)!);
            case RefManifest:
                return ReadRef(ref reader) ?? ActorRefs.Nobody;
            case PoisonPillManifest:
                return PoisonPill.Instance;
            case KillManifest:
                return Kill.Instance;
            case FailureManifest:
                return new Status.Failure(new RemoteFailureException(reader.ReadString()), ReadOptional(ref reader)!);
            case SuccessManifest:
                return new Status.Success(ReadOptional(ref reader)!);
            default:
                throw new SerializationException($"\"{manifest}\" is no manifest of {nameof(MiscMessageSerializer)}");
        }
    }

    private void WriteOptional(FrameWriter writer, object? message)
    {
        writer.WriteBoolean(message is not null);
        if (message is not null)
            Payload.Write(system.Serialization, message, writer);
    }

    private object? ReadOptional(ref FrameReader reader) => reader.ReadBoolean() ? Payload.Read(system.Serialization, ref reader) : null;

    private static void WriteRef(FrameWriter writer, IActorRef? actor) =>
        writer.WriteString(actor.IsNobody() ? "" : Akka.Serialization.Serialization.SerializedActorPath(actor!));

    private IActorRef? ReadRef(ref FrameReader reader) =>
        reader.ReadString() is { Length: > 0 } path ? system.Provider.ResolveActorRef(path) : null;
}
