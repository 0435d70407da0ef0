using System.Linq.Expressions;
using System.Reflection;
using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Constructs the instances of an actor in a way of its own.</summary>
public interface IIndirectActorProducer
{
    /// <summary>The actor's type.</summary>
    Type ActorType { get; }

    /// <summary>Constructs an instance.</summary>
    ActorBase Produce();

    /// <summary>Takes an instance back that is not used any more.</summary>
    void Release(ActorBase actor);
}

/// <summary>How to make an actor: its type, its constructor's arguments, and what it runs on.</summary>
public sealed class Props
{
    /// <summary>No props.</summary>
    public static readonly Props None = null!;

    private readonly IIndirectActorProducer _producer;

    private Props(IIndirectActorProducer producer, object?[] arguments)
    {
        _producer = producer;
        Arguments = arguments;
    }

    private Props(Props other)
    {
        _producer = other._producer;
        Arguments = other.Arguments;
        Dispatcher = other.Dispatcher;
        Mailbox = other.Mailbox;
        SupervisorStrategy = other.SupervisorStrategy;
    }

    /// <summary>Props of an actor that handles nothing.</summary>
    public static Props Empty { get; } = Create<EmptyActor>();

    /// <summary>The actor's type.</summary>
    public Type Type => _producer.ActorType;

    /// <summary>The constructor's arguments.</summary>
    public object?[] Arguments { get; }

    /// <summary>The id of the dispatcher.</summary>
    public string Dispatcher { get; private init; } = Dispatchers.DefaultDispatcherId;

    /// <summary>The id of the mailbox, or null.</summary>
    public string? Mailbox { get; private init; }

    /// <summary>What the actor does about children that fail, in place of what it says itself; or null.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; private init; }

    /// <summary>Props of a type with a constructor's arguments.</summary>
    public static Props Create<TActor>(params object?[] args)
        where TActor : ActorBase => Create(typeof(TActor), args);

    /// <summary>Props of a type with a supervisor strategy.</summary>
    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => Create<TActor>().WithSupervisorStrategy(supervisorStrategy);

    /// <summary>Props from <c>() => new TActor(arguments)</c>; the arguments are evaluated here, once.</summary>
    /// <exception cref="ArgumentException">The expression is anything else.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression constructed || constructed.Constructor is null)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        object?[] arguments = [.. constructed.Arguments.Select(Evaluate)];
        var props = new Props(new ConstructorProducer(constructed.Constructor, arguments), arguments);
        return supervisorStrategy is null ? props : props.WithSupervisorStrategy(supervisorStrategy);
    }

    /// <summary>Props of a type with a constructor's arguments.</summary>
    /// <exception cref="ArgumentException">The type is not an actor's.</exception>
    public static Props Create(Type type, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (typeof(IIndirectActorProducer).IsAssignableFrom(type))
            return CreateBy((IIndirectActorProducer)Activator.CreateInstance(type, args)!);
        if (!typeof(ActorBase).IsAssignableFrom(type)) throw new ArgumentException($"{type} is no actor; it must derive from ActorBase", nameof(type));
        return new Props(new TypeProducer(type, args), args);
    }

    /// <summary>Props of what a producer constructs.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object?[] args) => new(producer, args);

    /// <summary>The same with another dispatcher.</summary>
    public Props WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    /// <summary>The same with another mailbox.</summary>
    public Props WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    /// <summary>The same with another supervisor strategy.</summary>
    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(this) { SupervisorStrategy = supervisorStrategy };

    internal ActorBase NewActor() => _producer.Produce();

    internal void Release(ActorBase actor)
    {
        (actor as IDisposable)?.Dispose();
        _producer.Release(actor);
    }

    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Evaluate(member.Expression)),
        _ => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
    };

    private sealed class TypeProducer(Type type, object?[] arguments) : IIndirectActorProducer
    {
        public Type ActorType => type;

        public ActorBase Produce() => (ActorBase)Activator.CreateInstance(
            type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.CreateInstance | BindingFlags.DoNotWrapExceptions,
            null, arguments, null)!;

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class ConstructorProducer(ConstructorInfo constructor, object?[] arguments) : IIndirectActorProducer
    {
        public Type ActorType => constructor.DeclaringType!;

        public ActorBase Produce() => (ActorBase)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}
