using ActorRlhf.Engines.Tests.Node;
using ActorRlhf.Engines.Tests.Node.Hosting;
using Akka.Actor;
using Akka.Configuration;

// An actor system in a process of its own, for tests that kill and freeze processes.
//   ActorRlhf.Engines.Tests.Node <scenario> <system's name> <HOCON>
// A scenario "hosted" is the system in a .NET host, which SIGTERM stops.
// It says "ready <address>" when it is up. Each line on its input is a command to the scenario; "terminate" ends it in good order, the end
// of the input (the test is gone) at once. Whatever a scenario reports is a line on its output.
if (args[0] == "hosted")
{
    await HostedNode.Run(args[1], args[2]);
    return;
}

var system = ActorSystem.Create(args[1], ConfigurationFactory.ParseString(args[2]));
var scenario = Scenarios.All[args[0]](system);
Scenario.Report($"ready {((ExtendedActorSystem)system).Provider.DefaultAddress}");
_ = Task.Run(async () =>
{
    while (Console.ReadLine() is { } line)
    {
        if (line == "terminate")
        {
            await system.Terminate();
            return;
        }
        scenario.Command(line);
    }
    Environment.Exit(1);
});
await system.WhenTerminated;
Scenario.Report("terminated");
