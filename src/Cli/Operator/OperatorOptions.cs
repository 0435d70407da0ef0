using System.CommandLine;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator;

/// <summary>The options that every command for operators has: which cluster, and what it knows the operator by.</summary>
public sealed class OperatorOptions
{
    private readonly Option<string?> _node = new("--node")
    {
        Description = "A node of the cluster: its address, or its name in the run started last on this machine (RLHF_NODE). By default any node of that run.",
        HelpName = "URL|NAME",
    };
    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "The file with the token (RLHF_TOKEN_FILE; RLHF_TOKEN is the token itself).",
        HelpName = "FILE",
    };
    private readonly Option<string?> _trust = new("--trust")
    {
        Description = "The PEM file with what nodes' certificates are checked by (RLHF_TRUST).",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public OperatorOptions(Command command)
    {
        _node.CompletionSources.Add(_ => NodeAddresses.Names(LastRun.Read()));
        foreach (var option in new Option[] { _node, _tokenFile, _trust }) command.Add(option);
    }

    /// <summary>Finds a node that answers.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="UserErrorException">There is none.</exception>
    public Task<OperatorClient> ConnectAsync(ParseResult result, CancellationToken stop)
    {
        var nodes = NodeAddresses.Of(result.GetValue(_node) ?? Variable("RLHF_NODE"), LastRun.Read());
        var access = nodes.Access ?? new OperatorAccess();
        if (result.GetValue(_tokenFile) is { } file) access = access with { TokenFile = file };
        else if (Variable("RLHF_TOKEN") is { } token) access = access with { Token = token };
        else if (Variable("RLHF_TOKEN_FILE") is { } named) access = access with { TokenFile = named };
        if ((result.GetValue(_trust) ?? Variable("RLHF_TRUST")) is { } trust) access = access with { Trust = trust };
        return OperatorClient.ConnectAsync(nodes, access, stop);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
