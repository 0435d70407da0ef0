using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorRlhf.Engines.Tests.Akka.Hosting;

public sealed class BuilderContract
{
    [Fact]
    public async Task The_builders_calls_compose_in_any_order()
    {
        (string Name, Action<AkkaConfigurationBuilder> Call)[] calls =
        [
            ("remoting", akka => akka.WithRemoting("127.0.0.1", 0)),
            ("hocon", akka => akka.AddHocon("akka.loglevel = WARNING, mine.value = 7", HoconAddMode.Prepend)),
            ("actors", akka => akka.WithActors((system, registry) => registry.Register<Greeter>(system.ActorOf(Props.Create<Greeter>("hello"))))),
            ("setup", akka => akka.AddSetup(BootstrapSetup.Create().WithConfig("mine.other = 8").WithActorRefProvider(ProviderSelection.Remote.Instance))),
        ];
        foreach (var order in Orders(calls))
        {
            await using var host = await HostFixture.StartAsync(akka => Array.ForEach(order, call => call.Call(akka)));
            var name = string.Join(", ", order.Select(call => call.Name));

            Assert.True(((ExtendedActorSystem)host.System).Provider.DefaultAddress.Port > 0, name);
            Assert.True(host.System.Settings.Config.GetInt("mine.value") == 7, name);
            Assert.True(host.System.Settings.Config.GetInt("mine.other") == 8, name);
            var greeter = host.Services.GetRequiredService<IRequiredActor<Greeter>>().ActorRef;
            Assert.Equal("hello world", await greeter.Ask<string>("world", HostFixture.Patience));
        }
    }

    [Fact]
    public async Task Starters_run_one_after_the_other_and_startup_tasks_after_them()
    {
        var ran = new ConcurrentQueue<string>();
        await using var host = await HostFixture.StartAsync(akka => akka
            .AddStartup((_, _) => ran.Enqueue("startup"))
            .WithActors(async (_, _) =>
            {
                await Task.Delay(50);
                ran.Enqueue("first");
            })
            .WithActors((_, _) => ran.Enqueue("second"))
            .WithActors(async (ActorSystem _, IActorRegistry _, global::Akka.DependencyInjection.IDependencyResolver _) =>
            {
                await Task.Delay(1);
                ran.Enqueue("third");
            })
            .AddStartup(async (_, _) =>
            {
                await Task.Yield();
                ran.Enqueue("startup again");
            }));

        Assert.Equal(["first", "second", "third", "startup", "startup again"], ran);
    }

    [Fact]
    public async Task A_later_starter_finds_the_actor_of_an_earlier_one()
    {
        IActorRef found = ActorRefs.Nobody;
        await using var host = await HostFixture.StartAsync(akka => akka
            .WithActors((system, registry) => registry.Register<Greeter>(system.ActorOf(Props.Create<Greeter>("hello"), "greeter")))
            .WithActors((_, registry) => found = registry.Get<Greeter>()));

        Assert.Equal("greeter", found.Path.Name);
    }

    [Fact]
    public async Task An_actors_constructor_takes_services_and_arguments()
    {
        await using var host = await HostFixture.StartAsync(
            akka => akka.WithActors((system, registry, resolver) =>
            {
                registry.Register<Dependent>(system.ActorOf(resolver.Props<Dependent>("argument")));
                registry.Register<BuilderContract>(system.ActorOf(global::Akka.DependencyInjection.DependencyResolver.For(system).Props<Dependent>("other")));
            }),
            services => services.AddSingleton(new Service("service")));
        var registry = host.Services.GetRequiredService<IReadOnlyActorRegistry>();

        Assert.Equal("service argument", await registry.Get<Dependent>().Ask<string>("say", HostFixture.Patience));
        Assert.Equal("service other", await registry.Get<BuilderContract>().Ask<string>("say", HostFixture.Patience));
    }

    [Fact]
    public async Task An_actor_that_fails_is_made_anew_from_its_services()
    {
        await using var host = await HostFixture.StartAsync(
            akka => akka.WithActors((system, registry, resolver) => registry.Register<Dependent>(system.ActorOf(resolver.Props<Dependent>("argument")))),
            services => services.AddSingleton(new Service("service")));
        var actor = host.Services.GetRequiredService<ActorRegistry>().Get<Dependent>();

        actor.Tell("fail");

        Assert.Equal("service argument", await actor.Ask<string>("say", HostFixture.Patience));
    }

    [Fact]
    public async Task The_builder_can_ask_for_services()
    {
        await using var host = new HostFixture(
            (akka, services) => akka.AddHocon($"mine.value = {services.GetRequiredService<Service>().Name}", HoconAddMode.Prepend),
            services => services.AddSingleton(new Service("injected")));
        await host.StartAsync();

        Assert.Equal("injected", host.System.Settings.Config.GetString("mine.value"));
    }

    [Fact]
    public async Task An_extension_is_made_when_the_system_starts_beside_those_of_the_configuration()
    {
        await using var host = await HostFixture.StartAsync(akka => akka
            .AddHocon($"akka.extensions = [\"{typeof(FirstExtension).AssemblyQualifiedName}\"]", HoconAddMode.Prepend)
            .WithExtension<SecondExtension>()
            .WithExtensions(typeof(SecondExtension)));

        Assert.True(host.System.HasExtension<First>());
        Assert.True(host.System.HasExtension<Second>());
    }

    [Fact]
    public void An_extension_has_to_be_one()
    {
        Assert.Throws<ConfigurationException>(() => new AkkaConfigurationBuilder(new ServiceCollection(), "test").WithExtensions(typeof(string)));
    }

    [Fact]
    public async Task A_custom_serializer_serializes_its_types()
    {
        await using var host = await HostFixture.StartAsync(akka => akka.WithCustomSerializer("services", [typeof(Service)], system => new ServiceSerializer(system)));
        var serializer = host.System.Serialization.FindSerializerFor(new Service("x"));

        Assert.IsType<ServiceSerializer>(serializer);
        Assert.Equal(new Service("x"), host.System.Serialization.Deserialize(serializer.ToBinary(new Service("x")), serializer.Identifier, "S"));
    }

    [Fact]
    public async Task A_setup_reaches_the_system()
    {
        await using var host = await HostFixture.StartAsync(akka => akka.AddSetup(new MySetup("given")));

        Assert.Equal("given", host.System.Settings.Setup.Get<MySetup>().Value.Text);
    }

    [Fact]
    public async Task A_starter_that_fails_fails_the_hosts_start_and_ends_the_system()
    {
        await using var host = new HostFixture(akka => akka.WithActors((_, _) => throw new InvalidOperationException("no actor today")));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(host.StartAsync);

        Assert.Equal("no actor today", error.Message);
        await host.System.WhenTerminated.WaitAsync(HostFixture.Patience);
    }

    [Fact]
    public async Task Questions_wait_as_long_as_the_builder_says()
    {
        await using var host = await HostFixture.StartAsync(akka => akka
            .WithActorAskTimeout(TimeSpan.FromMilliseconds(100))
            .WithActors((system, registry) => registry.Register<BlackHoleActor>(system.ActorOf(Props.Create<BlackHoleActor>()))));
        var silent = host.Services.GetRequiredService<ActorRegistry>().Get<BlackHoleActor>();

        await Assert.ThrowsAnyAsync<Exception>(() => silent.Ask<string>("anybody?").WaitAsync(HostFixture.Patience));
        Assert.Equal(TimeSpan.FromMilliseconds(100), host.System.Settings.AskTimeout);
    }

    private static IEnumerable<T[]> Orders<T>(T[] all) => all.Length <= 1
        ? [all]
        : all.SelectMany((first, at) => Orders([.. all[..at], .. all[(at + 1)..]]).Select(rest => (T[])[first, .. rest]));

    public sealed record Service(string Name);

    public sealed class Dependent : ReceiveActor
    {
        public Dependent(string argument, Service service)
        {
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException("as asked"));
            Receive<string>(_ => Sender.Tell($"{service.Name} {argument}"));
        }
    }

    public sealed class BlackHoleActor : ReceiveActor
    {
        public BlackHoleActor()
        {
            ReceiveAny(_ => { });
        }
    }

    public sealed class MySetup(string text) : Setup
    {
        public string Text => text;
    }

    public sealed class First : IExtension;

    public sealed class Second : IExtension;

    public sealed class FirstExtension : ExtensionIdProvider<First>
    {
        public override First CreateExtension(ExtendedActorSystem system) => new();
    }

    public sealed class SecondExtension : ExtensionIdProvider<Second>
    {
        public override Second CreateExtension(ExtendedActorSystem system) => new();
    }

    public sealed class ServiceSerializer(ExtendedActorSystem system) : global::Akka.Serialization.SerializerWithStringManifest(system)
    {
        public override int Identifier => 7411;

        public override string Manifest(object o) => "S";

        public override byte[] ToBinary(object obj) => global::System.Text.Encoding.UTF8.GetBytes(((Service)obj).Name);

        public override object FromBinary(byte[] bytes, string manifest) => new Service(global::System.Text.Encoding.UTF8.GetString(bytes));
    }
}
