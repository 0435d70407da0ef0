using System.Collections.Immutable;
using Akka.Util;

namespace Akka.Actor.Setup;

/// <summary>A part of what a system is made with that no text can say.</summary>
public abstract class Setup
{
    /// <summary>This part and another.</summary>
    public ActorSystemSetup And(Setup other) => ActorSystemSetup.Create(this, other);
}

/// <summary>What a system is made with: one setup of each type.</summary>
public sealed class ActorSystemSetup
{
    /// <summary>No setups.</summary>
    public static readonly ActorSystemSetup Empty = new(ImmutableDictionary<Type, Setup>.Empty);

    private readonly ImmutableDictionary<Type, Setup> _setups;

    private ActorSystemSetup(ImmutableDictionary<Type, Setup> setups)
    {
        _setups = setups;
    }

    /// <summary>Setups; of several of a type the last counts.</summary>
    public static ActorSystemSetup Create(params Setup[] setup) => setup.Aggregate(Empty, (all, one) => all.WithSetup(one));

    /// <summary>The setup of a type.</summary>
    public Option<T> Get<T>()
        where T : Setup => _setups.TryGetValue(typeof(T), out var setup) ? new Option<T>((T)setup) : Option<T>.None;

    /// <summary>These and another, which replaces one of the same type.</summary>
    public ActorSystemSetup WithSetup<T>(T setup)
        where T : Setup => new(_setups.SetItem(setup.GetType(), setup));

    /// <inheritdoc cref="WithSetup{T}(T)"/>
    public ActorSystemSetup And<T>(T setup)
        where T : Setup => WithSetup(setup);
}
