using System.Globalization;
using System.Text.Json.Nodes;
using ActorRlhf.Bench.Actors;

// One case of the actor engine with one set of parameters: prints a JSON line.
JsonObject result;
switch (args.FirstOrDefault())
{
    case "remote":
        result = await RemoteCase.RunAsync(new Options(args[1..]));
        break;
    case "echo":
        RemoteCase.Echo();
        return 0;
    default:
        Console.Error.WriteLine("usage: ActorRlhf.Bench.Actors CASE [--key value ...]; the cases are remote");
        return 2;
}
result.Insert(0, "case", "actors " + args[0]);
result.Insert(1, "engine", typeof(Akka.Actor.ActorSystem).Assembly.GetName().Name);
Console.WriteLine(result.ToJsonString());
return 0;

namespace ActorRlhf.Bench.Actors
{
    /// <summary>The case's parameters.</summary>
    internal sealed class Options(string[] arguments)
    {
        public int Number(string key, int otherwise)
        {
            var at = Array.IndexOf(arguments, "--" + key);
            return at < 0 ? otherwise : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
        }
    }
}
