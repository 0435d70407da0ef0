using System.Globalization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator;

/// <summary>Where nodes may be found that answer for a run: one that the operator named, or all of a run of this machine.</summary>
public sealed class NodeAddresses
{
    private readonly Func<IReadOnlyList<NodeAddress>> _all;
    private readonly LastRun? _run;

    private NodeAddresses(Func<IReadOnlyList<NodeAddress>> all, LastRun? run) => (_all, _run) = (all, run);

    /// <summary>How they are talked to, where they are of the run that was started last on this machine.</summary>
    public OperatorAccess? Access => _run?.Access;

    /// <summary>Those there are now. Nodes of this machine's run come and go, and have another port every time.</summary>
    public IReadOnlyList<NodeAddress> All => _all();

    /// <summary>Finds what the operator means.</summary>
    /// <param name="node">An address, or the name of a node of the run; null for any node of it.</param>
    /// <param name="run">The run that was started last on this machine.</param>
    /// <exception cref="UserErrorException">It is neither, or there is no such run.</exception>
    public static NodeAddresses Of(string? node, LastRun? run)
    {
        if (node is not null && AddressOf(node) is { } address)
            return new(() => [new(null, address)], run is not null && NodeFile.All(run.Folder).Any(file => file.Address == address) ? run : null);
        if (run is null)
        {
            throw new UserErrorException(node is null
                ? "no run was started on this machine; name a node of one with --node http://HOST:PORT (or RLHF_NODE), or start one with: rlhf up"
                : $"--node {node} is no address, and no run was started on this machine that may have a node of this name; expected http://HOST:PORT");
        }

        var nodes = new NodeAddresses(
            () => [.. NodeFile.All(run.Folder).Where(file => node is null || file.Name == node).Select(file => new NodeAddress(file.Name, file.Address))], run);
        return nodes.Require(node);
    }

    /// <summary>The names of a run's nodes on this machine.</summary>
    /// <param name="run">The run; null for none.</param>
    public static IReadOnlyList<string> Names(LastRun? run) => run is null ? [] : [.. NodeFile.All(run.Folder).Select(file => file.Name)];

    /// <summary>What to say when none of them answers.</summary>
    /// <param name="failures">The nodes that were asked, with what came of it.</param>
    public string Silence(IReadOnlyList<(NodeAddress Node, string Failure)> failures)
    {
        if (failures is [{ Node.Name: null }] || _run is not { } run)
            return $"no node answers at {failures[0].Node.Address}: {failures[0].Failure}; is the run still going?";
        if (failures.Count == 0) return NoNodes(run);
        const int most = 3;
        var more = failures.Count > most ? string.Create(CultureInfo.InvariantCulture, $"; and {failures.Count - most} more") : "";
        return $"no node of the run in {run.Folder} answers ({string.Join("; ", failures.Take(most).Select(each => $"{each.Node.Name}: {each.Failure}"))}{more}). "
            + $"Is it still going? rlhf up --out {run.Folder} goes on with it";
    }

    private NodeAddresses Require(string? node)
    {
        if (node is null || All.Count > 0) return this;
        var names = Names(_run);
        throw new UserErrorException(
            names.Count == 0 ? NoNodes(_run!) : $"--node {node} is no address and no node of the run in {_run!.Folder}; those are {string.Join(", ", names)}");
    }

    private static string NoNodes(LastRun run)
    {
        var result = Path.Combine(run.Folder, NodeRun.Result);
        return $"the run in {run.Folder}, the last that was started on this machine, has no nodes: "
            + (Directory.Exists(result) ? $"it is finished, and the policy is in {result}" : $"it has ended or was stopped. rlhf up --out {run.Folder} goes on with it")
            + "; --node names another run's node";
    }

    // Off the loopback interface a node has TLS, so an address without a scheme is not ambiguous.
    private static string? AddressOf(string node)
    {
        var text = node;
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            if (!text.Contains(':', StringComparison.Ordinal)) return null;
            text = Uri.TryCreate($"http://{text}", UriKind.Absolute, out var local) && local.IsLoopback ? $"http://{text}" : $"https://{text}";
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.PathAndQuery == "/" && address.UserInfo.Length == 0 && address.Fragment.Length == 0
            ? address.GetLeftPart(UriPartial.Authority)
            : throw new UserErrorException($"--node {node} is not the address of a node; expected http://HOST:PORT or https://HOST:PORT, or a node's name");
    }
}

/// <summary>A node that may answer.</summary>
/// <param name="Name">Its name, where that is known.</param>
/// <param name="Address">Its control port, such as <c>http://127.0.0.1:4000</c>.</param>
public sealed record NodeAddress(string? Name, string Address);
