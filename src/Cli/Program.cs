using ActorRlhf.Cli;
using ActorRlhf.Cli.Terminal;

var console = OperatorConsole.OpenStandard();
using var interruption = Interruption.Listen(console.Error);
return await CommandLine.RunAsync(args, console, interruption).ConfigureAwait(false);
