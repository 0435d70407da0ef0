using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorRlhf.Actors.Protocol;

/// <summary>
/// The serializer of everything that crosses a process or enters a journal. A manifest is a conversation, a word and a version; a manifest is
/// never given another meaning, so that old journals stay readable.
/// </summary>
public sealed class ProtocolSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly (string Manifest, MessageParser Parser)[] Known =
    [
        ("es.lease.1", LeaseRequest.Parser),
        ("es.leased.1", Leased.Parser),
        ("es.returned.1", LeasesReturned.Parser),
        ("es.reported.1", EpisodesReported.Parser),
        ("es.answered.1", ReportAnswered.Parser),
        ("es.scored.1", EpisodesScored.Parser),
        ("es.trained.1", BatchesTrained.Parser),
        ("es.settled.1", JournalSettled.Parser),
        ("es.status?.1", ShardStatusRequest.Parser),
        ("es.status.1", ShardStatus.Parser),
        ("es.episode?.1", EpisodeRequest.Parser),
        ("es.episode.1", EpisodeAnswer.Parser),
        ("ln.collect.1", CollectEpisodes.Parser),
        ("ln.progress.1", ProgressAcknowledged.Parser),
        ("ln.part.1", BatchPart.Parser),
        ("ln.formed.1", BatchFormed.Parser),
        ("ln.checkpoint.1", CheckpointWritten.Parser),
        ("ln.steered.1", TrainingSteered.Parser),
        ("ln.set.1", ChangeSetting.Parser),
        ("ln.save.1", WriteCheckpoint.Parser),
        ("ln.answered.1", SteeringAnswered.Parser),
        ("ln.pause.1", PauseTraining.Parser),
        ("ln.resume.1", ResumeTraining.Parser),
        ("ln.status?.1", LearnerStatusRequest.Parser),
        ("ln.status.1", LearnerStatus.Parser),
        ("pm.trained.1", PolicyTrained.Parser),
        ("ro.waiting.1", RolloutsWaiting.Parser),
        ("ro.wanted.1", RolloutsWanted.Parser),
        ("ro.sent.1", RolloutsSent.Parser),
        ("ro.settled.1", RolloutsSettled.Parser),
        ("ro.status?.1", RolloutStatusRequest.Parser),
        ("ro.status.1", RolloutStatus.Parser),
        ("sc.status?.1", ScorerStatusRequest.Parser),
        ("sc.status.1", ScorerStatus.Parser),
        ("pm.available.1", ParametersAvailable.Parser),
        ("pm.peer.1", ParameterPeer.Parser),
    ];

    private static readonly FrozenDictionary<string, MessageParser> Parsers = Known.ToFrozenDictionary(entry => entry.Manifest, entry => entry.Parser);

    /// <summary>What travels alone, by its manifest.</summary>
    public static FrozenDictionary<Type, string> Manifests { get; } =
        Known.ToFrozenDictionary(entry => entry.Parser.GetType().GetGenericArguments()[0], entry => entry.Manifest);

    /// <summary>Registers the serializer; give it to the actor system's setup.</summary>
    public static SerializationSetup Setup { get; } = SerializationSetup.Create(
        system => [SerializerDetails.Create("actor-rlhf", new ProtocolSerializer(system), [.. Manifests.Keys])]);

    /// <inheritdoc/>
    public override int Identifier => 2009;

    /// <inheritdoc/>
    public override string Manifest(object o) => Manifests.TryGetValue(o.GetType(), out var manifest)
        ? manifest
        : throw new SerializationException($"{o.GetType()} has no manifest; messages that travel are listed in {nameof(ProtocolSerializer)}");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => ((IMessage)obj).ToByteArray();

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The manifest is unknown, or the bytes are not what it says.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Parsers.TryGetValue(manifest, out var parser))
        {
            throw new SerializationException(
                $"unknown manifest \"{manifest}\": it comes from another version of this program; run the same version on every node and on the journal's run");
        }

        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length} bytes are no \"{manifest}\": {e.Message}", e);
        }
    }
}
