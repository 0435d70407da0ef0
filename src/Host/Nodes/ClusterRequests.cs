using System.Net.Http.Headers;

namespace ActorRlhf.Host.Nodes;

/// <summary>Gives every request to another node the cluster's token, and sends it nowhere that somebody could read it on the way.</summary>
internal sealed class ClusterRequests(ClusterToken? token, ClusterCertificates certificates) : DelegatingHandler(Connections(certificates))
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(WithToken(request), cancellationToken);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.Send(WithToken(request), cancellationToken);

    private static SocketsHttpHandler Connections(ClusterCertificates certificates)
    {
        // Nodes reach one another directly: a proxy of the environment is for what lies outside.
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout };
        if (!certificates.IsEmpty) certificates.Protect(handler.SslOptions);
        return handler;
    }

    private HttpRequestMessage WithToken(HttpRequestMessage request)
    {
        if (token is null) return request;
        var address = request.RequestUri!;
        var isSafe = address.Scheme == Uri.UriSchemeHttps || address.IsLoopback;
        if (!isSafe)
            throw new HttpRequestException($"{address.GetLeftPart(UriPartial.Authority)} is not https; the cluster's token goes to other machines encrypted only");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return request;
    }
}
