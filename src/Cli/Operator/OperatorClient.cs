using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Operator;

/// <summary>
/// Talks to a cluster for an operator, through whichever of its nodes answers first. What only reads is asked of another node when that one is gone; what changes
/// something is sent once.
/// </summary>
public sealed class OperatorClient : IDisposable
{
    /// <summary>The header that says who acts.</summary>
    public const string OperatorHeader = "X-Rlhf-Operator";

    private const int MostReason = 2_000;
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ActPatience = TimeSpan.FromMinutes(6); // longer than a node, which says itself when it waits no longer

    private readonly HttpClient _http;
    private readonly NodeAddresses _nodes;
    private readonly bool _hasToken;
    private volatile string _address = "";

    private OperatorClient(HttpClient http, NodeAddresses nodes, bool hasToken) => (_http, _nodes, _hasToken) = (http, nodes, hasToken);

    /// <summary>The node that answers.</summary>
    public string Address => _address;

    /// <summary>Finds a node that answers.</summary>
    /// <param name="nodes">Where nodes may be.</param>
    /// <param name="access">What is shown to them.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="UserErrorException">None answers, or not to this operator.</exception>
    public static async Task<OperatorClient> ConnectAsync(NodeAddresses nodes, OperatorAccess access, CancellationToken stop)
    {
        var http = access.CreateClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation(OperatorHeader, Who());
        var client = new OperatorClient(http, nodes, access.HasToken);
        try
        {
            await client.Find(stop).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Asks for something.</summary>
    /// <typeparam name="T">Its record.</typeparam>
    /// <param name="path">The path and query, such as <c>/api/node</c>.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="UserErrorException">No node answers, or with an error.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken stop)
    {
        using var answer = await OpenAsync(path, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        try
        {
            using var body = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync<T>(body, OperationsJson.Options, stop).ConfigureAwait(false) ?? throw new JsonException("nothing");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{Address}{path} answers what this version of rlhf does not understand ({e.Message}); use the version that the node runs", e);
        }
    }

    /// <summary>Asks for something that may go on without end.</summary>
    /// <param name="path">The path and query.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The answer, good, of which the headers have come; the caller's to dispose.</returns>
    /// <inheritdoc cref="GetAsync"/>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop) => OpenAsync(path, HttpCompletionOption.ResponseHeadersRead, stop);

    /// <summary>Has something done.</summary>
    /// <param name="path">What, such as <c>/api/pause</c>.</param>
    /// <param name="stop">Gives up waiting; it may be done nevertheless.</param>
    /// <param name="query">With what; null values are left out.</param>
    /// <returns>What was done, a sentence.</returns>
    /// <exception cref="UserErrorException">It cannot be done, or it is not known whether it was.</exception>
    public async Task<string> PostAsync(string path, CancellationToken stop, params IEnumerable<KeyValuePair<string, string?>> query)
    {
        var words = query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}").ToList();
        var all = words.Count > 0 ? $"{path}?{string.Join('&', words)}" : path;
        var (answer, failure) = await Send(HttpMethod.Post, Address, all, ActPatience, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        if (answer is null) throw new UserErrorException($"{Address} does not answer ({failure}); whether it was done, rlhf audit says");
        using (answer)
        {
            await Require(answer, path, stop).ConfigureAwait(false);
            return Said(await Read(answer, stop).ConfigureAwait(false), "done");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> OpenAsync(string path, HttpCompletionOption completion, CancellationToken stop)
    {
        var (answer, failure) = await Send(HttpMethod.Get, Address, path, ReadPatience, completion, stop).ConfigureAwait(false);
        if (answer is null)
        {
            await Find(stop).ConfigureAwait(false);
            (answer, failure) = await Send(HttpMethod.Get, Address, path, ReadPatience, completion, stop).ConfigureAwait(false);
        }

        if (answer is null) throw new UserErrorException($"{Address}{path}: {failure}");
        try
        {
            await Require(answer, path, stop).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    // In the characters that a header may have.
    private static string Who() => new([.. $"{Environment.UserName}@{Environment.MachineName}".Select(c => c is > ' ' and < '\u007f' ? c : '?')]);

    // All are asked at once: one may be frozen. Any answer of HTTP is an answer, also one that tells the operator off.
    private async Task Find(CancellationToken stop)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var nodes = _nodes.All;
        var failures = new List<(NodeAddress, string)>();
        UserErrorException? refusal = null;
        var probes = nodes.Select(node => (node, Probe: Probe(node, found.Token))).ToList();
        await foreach (var probe in Task.WhenEach(probes.Select(each => each.Probe)).ConfigureAwait(false))
        {
            var node = probes.Single(each => each.Probe == probe).node;
            try
            {
                var failure = await probe.ConfigureAwait(false);
                if (failure is null)
                {
                    _address = node.Address;
                    await found.CancelAsync().ConfigureAwait(false);
                    return;
                }

                failures.Add((node, failure));
            }
            catch (UserErrorException e)
            {
                refusal = e;
            }
        }

        throw refusal ?? new UserErrorException(_nodes.Silence(failures));
    }

    private async Task<string?> Probe(NodeAddress node, CancellationToken stop)
    {
        const string path = "/status";
        var (answer, failure) = await Send(HttpMethod.Get, node.Address, path, ProbePatience, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        if (answer is null) return failure;
        using (answer)
        {
            // A port of a node that was killed may be another program's by now.
            await Require(answer, path, stop).ConfigureAwait(false);
            var name = Said(await Read(answer, stop).ConfigureAwait(false), "name");
            return node.Name is null || node.Name == name ? null : $"{(name.Length > 0 ? $"node {PlainText.Line(name)}" : "another program")} is there now";
        }
    }

    private async Task<(HttpResponseMessage? Answer, string Failure)> Send(
        HttpMethod method, string address, string path, TimeSpan limit, HttpCompletionOption completion, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(limit);
        using var request = new HttpRequestMessage(method, new Uri(address + path));
        try
        {
            return (await _http.SendAsync(request, completion, patience.Token).ConfigureAwait(false), "");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"no answer in {limit.TotalSeconds:0} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, Reason(e));
        }
    }

    private static string Reason(Exception error) => error switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "nobody listens there",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"TLS does not come about: {(error.InnerException ?? error).Message.TrimEnd('.')}; --trust FILE says by which PEM certificates it is checked",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse } =>
            $"it does not answer in HTTP ({error.Message.TrimEnd('.')}); is it https?",
        _ => (error.InnerException is SocketException socket ? socket.Message : error.Message).TrimEnd('.'),
    };

    private async Task Require(HttpResponseMessage answer, string path, CancellationToken stop)
    {
        if (answer.IsSuccessStatusCode) return;
        var address = answer.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Authority);
        var body = await Read(answer, stop).ConfigureAwait(false);
        var said = Said(body, "error") is { Length: > 0 } error ? PlainText.Line(error) : PlainText.Line(body.Trim());
        if (said.Length > MostReason) said = $"{said[..MostReason]} ...";
        throw new UserErrorException(answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => _hasToken ? $"{address} does not know this token; the cluster's is in the file of its rlhf.network.token-file"
                : $"{address} wants a token; give it with --token-file FILE, RLHF_TOKEN_FILE or RLHF_TOKEN",
            HttpStatusCode.Forbidden => $"{address} does not let this token do that{(said.Length > 0 ? $" ({said})" : "")}; "
                + "to change something takes the operator's token, not a read-only one",
            HttpStatusCode.NotFound when said.Length == 0 => $"{address} has no {path.Split('?')[0]}: it is no node, or of another version",
            _ when said.Length > 0 => said,
            var status => string.Create(CultureInfo.InvariantCulture, $"{address}{path.Split('?')[0]} answers {(int)status} {answer.ReasonPhrase}"),
        });
    }

    private static async Task<string> Read(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            return await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return "";
        }
    }

    // The sentence of a name in an answer; empty where it has none.
    private static string Said(string body, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String
                ? said.GetString()! : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
