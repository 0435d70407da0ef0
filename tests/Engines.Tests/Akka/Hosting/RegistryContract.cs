using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class RegistryContract
{
    [Fact]
    public async Task A_service_gets_the_actor_that_it_requires()
    {
        await using var host = await HostFixture.StartAsync(
            akka => akka.WithActors((system, registry) => registry.Register<Greeter>(system.ActorOf(Props.Create<Greeter>("hello")))),
            services => services.AddSingleton<Caller>());

        Assert.Equal("hello service", await host.Services.GetRequiredService<Caller>().CallAsync());
    }

    [Fact]
    public async Task A_service_made_before_the_system_starts_waits_for_its_actor()
    {
        await using var host = new HostFixture(
            akka => akka.WithActors((system, registry) => registry.Register<Greeter>(system.ActorOf(Props.Create<Greeter>("hello")))),
            services => services.AddSingleton<Caller>());
        var caller = host.Services.GetRequiredService<Caller>();
        var answer = caller.CallAsync();
        Assert.False(answer.IsCompleted);

        await host.StartAsync();

        Assert.Equal("hello service", await answer.WaitAsync(HostFixture.Patience));
        Assert.NotNull(caller.Greeter.ActorRef);
    }

    [Fact]
    public async Task A_key_without_an_actor_is_missing()
    {
        await using var host = await HostFixture.StartAsync(_ => { });
        var registry = host.Services.GetRequiredService<ActorRegistry>();

        Assert.False(registry.TryGet<Greeter>(out var nobody));
        Assert.Equal(ActorRefs.Nobody, nobody);
        Assert.Throws<MissingActorRegistryEntryException>(() => registry.Get<Greeter>());
        Assert.Throws<MissingActorRegistryEntryException>(() => host.Services.GetRequiredService<IRequiredActor<Greeter>>().ActorRef);
        Assert.Empty(registry);
    }

    [Fact]
    public async Task A_key_has_one_actor_unless_it_is_overwritten()
    {
        await using var host = await HostFixture.StartAsync(_ => { });
        var registry = host.Services.GetRequiredService<IActorRegistry>();
        var first = host.System.ActorOf(Props.Create<Greeter>("one"));
        var second = host.System.ActorOf(Props.Create<Greeter>("two"));

        registry.Register<Greeter>(first);

        Assert.Throws<DuplicateActorRegistryException>(() => registry.Register<Greeter>(second));
        Assert.False(registry.TryRegister<Greeter>(second));
        Assert.Equal(first, registry.Get<Greeter>());
        registry.Register<Greeter>(second, overwrite: true);
        Assert.Equal(second, registry.Get<Greeter>());
        Assert.True(registry.TryRegister(typeof(string), first));
        Assert.Equal([typeof(Greeter), typeof(string)], registry.Select(entry => entry.Key).OrderBy(key => key.Name));
        Assert.Throws<ArgumentNullException>(() => registry.Register<int>(null!));
    }

    [Fact]
    public async Task Everyone_who_waits_gets_the_actor_and_who_gives_up_is_cancelled()
    {
        await using var host = await HostFixture.StartAsync(_ => { });
        var registry = ActorRegistry.For(host.System);
        using var giveUp = new CancellationTokenSource();
        var waiting = registry.GetAsync<Greeter>();
        var alsoWaiting = registry.GetAsync(typeof(Greeter));
        var impatient = registry.GetAsync<Greeter>(giveUp.Token);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.WaitAsync(HostFixture.Patience));
        var actor = host.System.ActorOf(Props.Create<Greeter>("one"));
        registry.Register<Greeter>(actor);

        Assert.Equal(actor, await waiting.WaitAsync(HostFixture.Patience));
        Assert.Equal(actor, await alsoWaiting.WaitAsync(HostFixture.Patience));
        Assert.Same(registry, host.Services.GetRequiredService<IReadOnlyActorRegistry>());
    }

    internal sealed class Caller(IRequiredActor<Greeter> greeter)
    {
        public IRequiredActor<Greeter> Greeter => greeter;

        public async Task<string> CallAsync() => await (await greeter.GetAsync()).Ask<string>("service", HostFixture.Patience);
    }
}
