using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Chaos;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf node</c>: one process of a cluster.</summary>
public sealed class NodeCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly TextReader _input;
    private readonly SettingsOptions _settings;
    private readonly Option<string> _roles = new("--roles")
    {
        Description = $"What it does, with commas between: {string.Join(", ", NodeRoles.All.Names())}.",
        HelpName = "ROLES",
        Required = true,
    };
    private readonly Option<string?> _name = new("--name") { Description = "Its name; by default its roles with the process's number.", HelpName = "NAME" };
    private readonly Option<string?> _record = new("--record-responses") { Description = "Record every response in this folder.", HelpName = "DIR", Hidden = true };
    private readonly Option<bool> _attached = new("--attached") { Description = "Leave at the end of standard input.", Hidden = true };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public NodeCommand(OperatorConsole console, TextReader input)
        : base("node", "Be one process of a cluster: any set of roles. SIGTERM finishes what it has begun and leaves.")
    {
        (_console, _input) = (console, input);
        _settings = new SettingsOptions(this, UpCommand.Configuration);
        _roles.Validators.Add(result =>
        {
            try
            {
                if (result.GetValueOrDefault<string>() is { } roles) NodeRoleNames.Parse(roles);
            }
            catch (UserErrorException e)
            {
                result.AddError($"--roles: {e.Message}.");
            }
        });
        _roles.CompletionSources.Add(_ => NodeRoles.All.Names());
        Add(_roles);
        Add(_name);
        Add(_record);
        Add(_attached);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var settings = _settings.ReadRun(result);
        var roles = NodeRoleNames.Parse(result.GetValue(_roles)!);
        var name = result.GetValue(_name) ?? $"{string.Join('-', roles.Names())}-{Environment.ProcessId}";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (result.GetValue(_attached)) _ = StopAtEndOfInput(end);
        else LastRun.Remember(settings.Cluster.Directory, settings.Network);
        var progress = new PlainProgress(_console.Error, TimeProvider.System);
        using var responses = result.GetValue(_record) is { } folder && roles.HasFlag(NodeRoles.Rollout) ? CompletionLog.Create(folder, name) : null;
        var node = new NodeRun(settings, name, roles, progress) { Wrap = work => responses is null ? work : new RecordedWork(work, responses) };
        try
        {
            await node.RunAsync(end.Token).ConfigureAwait(false);
            responses?.End();
        }
        catch (OperationCanceledException)
        {
            responses?.End(); // it has left in good order
            if (stop.IsCancellationRequested) throw;
            return ExitCode.SignalBase + 15;
        }

        return ExitCode.Success;
    }

    private async Task StopAtEndOfInput(CancellationTokenSource end)
    {
        await Task.Run(() => _input.ReadToEnd()).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
    }
}
