using System.IO.Enumeration;

namespace Akka.Actor;

/// <summary>
/// The actors that a path means at the moment when a message is sent: <c>/user/a/b</c>, relative with <c>..</c>, and with <c>*</c> and <c>?</c>
/// for several.
/// </summary>
public class ActorSelection : ICanTell
{
    internal ActorSelection(IActorRef anchor, string[] elements)
    {
        Anchor = anchor;
        Elements = elements;
    }

    /// <summary>A selection by a path below an actor.</summary>
    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path.Split('/', StringSplitOptions.RemoveEmptyEntries))
    {
    }

    /// <summary>Where the path starts.</summary>
    public IActorRef Anchor { get; }

    /// <summary>The path below the anchor.</summary>
    public string PathString => "/" + string.Join('/', Elements);

    internal string[] Elements { get; }

    /// <summary>Sends a message to every actor selected.</summary>
    public void Tell(object message, IActorRef? sender = null)
    {
        sender ??= ActorCell.Current?.Self;
        Deliver(Anchor, sender!, new ActorSelectionMessage(message, Elements));
    }

    void ICanTell.Tell(object message, IActorRef sender) => Tell(message, sender);

    /// <summary>The one actor that is selected.</summary>
    /// <exception cref="ActorNotFoundException">There is none, or it does not answer in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <inheritdoc cref="ResolveOne(TimeSpan)"/>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null!), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException($"there is no actor at {this}");
        }
        catch (AskTimeoutException e)
        {
            throw new ActorNotFoundException($"no actor at {this} answered within {timeout}", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"ActorSelection[Anchor({Anchor}), Path({PathString})]";

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ActorSelection other && Anchor.Equals(other.Anchor) && PathString == other.PathString;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    /// <summary>Walks from an actor along the elements and sends what is inside; the rest of a walk that leaves the process is for the other side.</summary>
    internal static void Deliver(IActorRef anchor, IActorRef sender, ActorSelectionMessage selection)
    {
        var at = (IInternalActorRef)anchor;
        for (var i = 0; i < selection.Elements.Length; i++)
        {
            var element = selection.Elements[i];
            var rest = selection with { Elements = selection.Elements[(i + 1)..] };
            if (!at.IsLocal)
            {
                at.Tell(selection with { Elements = selection.Elements[i..] }, sender);
                return;
            }

            if (element.AsSpan().ContainsAny('*', '?'))
            {
                var children = at is LocalActorRef local ? local.Cell.GetChildren() : [];
                foreach (var child in children.Where(child => FileSystemName.MatchesSimpleExpression(element, child.Path.Name, ignoreCase: false)))
                    Deliver(child, sender, rest with { WildCardFanOut = true });
                return;
            }

            if (element == ".." && at.Path is RootActorPath) continue; // above the root is the root
            var next = element == ".." ? at.Parent : (IInternalActorRef)at.GetChild([element]);
            if (next.IsNobody())
            {
                at.Provider.Missing(at.Path / selection.Elements[i..]).Tell(selection, sender);
                return;
            }

            at = next;
        }

        at.Tell(selection.Message, sender);
    }
}

/// <summary>A message on its way along a selection's path.</summary>
/// <param name="Message">The message inside.</param>
/// <param name="Elements">What is left of the path.</param>
/// <param name="WildCardFanOut">Whether it may go to several actors, so that one that is missing is no news.</param>
public sealed record ActorSelectionMessage(object Message, string[] Elements, bool WildCardFanOut = false)
    : IAutoReceivedMessage, IPossiblyHarmful, IWrappedMessage;
