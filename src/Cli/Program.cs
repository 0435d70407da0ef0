using ActorRlhf.Cli;
using ActorRlhf.Cli.Terminal;

var console = OperatorConsole.OpenStandard();
using var interruption = Interruption.Listen(console.Announce);
return await CommandLine.RunAsync(args, console, interruption).ConfigureAwait(false);
