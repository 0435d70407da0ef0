using System.Globalization;
using System.Text.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// What the node with the learner knows of training, told by any node: <c>GET /api/metrics?after=STEP</c>, the run's <see cref="MetricsRecord"/>s of PPO after an update, at most
/// <see cref="MostRecords"/> of them, evenly spread where there are more; and <c>GET /api/samples</c>, <see cref="SampleReport"/>s, the newest update's first.
/// </summary>
/// <param name="self">The name of the node that serves it.</param>
/// <param name="metrics">The run's metrics.</param>
/// <param name="samples">The node's samples; null where it has none.</param>
/// <param name="learner">The node with the learner; null before that is known.</param>
/// <param name="http">Reaches other nodes.</param>
internal sealed class LearnerFigures(string self, string metrics, RecentSamples? samples, Func<KnownNode?> learner, HttpClient http)
{
    /// <summary>Where the metrics are.</summary>
    public const string MetricsPath = "/api/metrics";

    /// <summary>Where the samples are.</summary>
    public const string SamplesPath = "/api/samples";

    /// <summary>The most records of one answer.</summary>
    public const int MostRecords = 2_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(MetricsPath, (HttpContext context, string? after, bool? passed) =>
        {
            var update = -1L;
            var isNumber = string.IsNullOrEmpty(after) || long.TryParse(after, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out update);
            return Send(context, isNumber
                ? MetricsAsync(update, passed ?? false, context.RequestAborted)
                : Task.FromResult(Refused(StatusCodes.Status400BadRequest, $"after is \"{after}\"; it is the number of an update")));
        });
        routes.MapGet(SamplesPath, (HttpContext context, bool? passed) => Send(context, SamplesAsync(passed ?? false, context.RequestAborted)));
    }

    /// <summary>The answer to <see cref="MetricsPath"/>: a status code of HTTP, and JSON.</summary>
    /// <param name="after">The update.</param>
    /// <param name="isPassed">Whether another node has passed the question to this one, which then answers itself.</param>
    /// <param name="stop">Nobody waits any more.</param>
    public Task<(int Status, byte[] Json)> MetricsAsync(long after, bool isPassed, CancellationToken stop) =>
        Answer(string.Create(CultureInfo.InvariantCulture, $"{MetricsPath}?after={after}&passed=true"), isPassed, () => Json(MetricsHistory.Read(metrics, PpoMonitor.Phase, after, MostRecords)), stop);

    /// <summary>The answer to <see cref="SamplesPath"/>.</summary>
    /// <inheritdoc cref="MetricsAsync"/>
    public Task<(int Status, byte[] Json)> SamplesAsync(bool isPassed, CancellationToken stop) => Answer($"{SamplesPath}?passed=true", isPassed, () => Json(samples?.All ?? []), stop);

    private async Task<(int Status, byte[] Json)> Answer(string passed, bool isPassed, Func<byte[]> own, CancellationToken stop)
    {
        var node = learner();
        if (isPassed || node?.Name == self)
        {
            try
            {
                return (StatusCodes.Status200OK, own());
            }
            catch (Exception e) when (e is UserErrorException or IOException)
            {
                return Refused(StatusCodes.Status500InternalServerError, e.Message);
            }
        }

        if (node is null) return Refused(StatusCodes.Status503ServiceUnavailable, "the learner has not been heard of yet; ask again in a moment");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await http.GetAsync(new Uri(node.Http + passed), patience.Token).ConfigureAwait(false);
            return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(patience.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Refused(StatusCodes.Status503ServiceUnavailable, $"{node.Name}, which has the learner, does not answer: {e.Message}");
        }
    }

    private static async Task Send(HttpContext context, Task<(int Status, byte[] Json)> answer)
    {
        var (status, json) = await answer.ConfigureAwait(false);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    private static (int Status, byte[] Json) Refused(int status, string error) => (status, Json(new ActionAnswer(Error: error)));

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, OperationsJson.Options);
}
