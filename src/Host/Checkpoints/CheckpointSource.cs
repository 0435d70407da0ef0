using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Host.Checkpoints;

/// <summary>Another node's checkpoints.</summary>
/// <param name="http">Makes the requests; it knows the cluster's token and certificates.</param>
/// <param name="address">The node's control port.</param>
/// <param name="run">The run's name.</param>
internal sealed class CheckpointSource(HttpClient http, string address, string run)
{
    private const int Attempts = 3; // that bring nothing
    private const int BlockBytes = 1 << 18;

    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(10); // without a byte, after which a request is taken to be lost

    /// <summary>The newest checkpoint that it has; null where it has none.</summary>
    /// <param name="patience">How long it may take to answer.</param>
    /// <param name="isHeir">Whether who asks is going to be the learner.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="IOException">It does not answer, refuses, or has something else.</exception>
    public async Task<CheckpointOffer?> NewestAsync(TimeSpan patience, bool isHeir, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var answer = await http.GetAsync(At(CheckpointEndpoint.Path + (isHeir ? "?heir=true" : "")), limit.Token).ConfigureAwait(false);
            await RequireSuccess(answer, limit.Token).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.NoContent) return null;
            var offer = await answer.Content.ReadFromJsonAsync<CheckpointOffer>(OperationsJson.Options, limit.Token).ConfigureAwait(false);
            return offer is { Files: not null, IsWhole: true } ? offer : throw new IOException($"{address} offers something that is no checkpoint");
        }
        catch (Exception e) when (IsFailure(e, stop))
        {
            throw Failure(e);
        }
    }

    /// <summary>Fetches all files of a checkpoint; one that breaks off goes on where it was.</summary>
    /// <param name="offer">What it has.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="IOException">It cannot be had, or cannot be written.</exception>
    public async Task FetchAsync(CheckpointOffer offer, string folder, CancellationToken stop)
    {
        foreach (var file in offer.Files) await Fetch(offer.Step, file, Path.Combine(folder, file.Name), stop).ConfigureAwait(false);
    }

    /// <summary>The run's metrics of updates after one, in their order.</summary>
    /// <exception cref="IOException">They cannot be had.</exception>
    public async IAsyncEnumerable<MetricsRecord> MetricsAsync(long after, [EnumeratorCancellation] CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var path = string.Create(CultureInfo.InvariantCulture, $"{CheckpointEndpoint.MetricsPath}?after={after}");
        await using var records = http.GetFromJsonAsAsyncEnumerable<MetricsRecord>(At(path), OperationsJson.Options, limit.Token).GetAsyncEnumerator(limit.Token);
        while (await Next().ConfigureAwait(false)) yield return records.Current!;

        async Task<bool> Next()
        {
            limit.CancelAfter(Stall);
            try
            {
                return await records.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (IsFailure(e, stop))
            {
                throw Failure(e);
            }
        }
    }

    private static bool IsFailure(Exception e, CancellationToken stop) =>
        e is HttpRequestException or JsonException or NotSupportedException || (e is OperationCanceledException && !stop.IsCancellationRequested);

    private IOException Failure(Exception cause) => new(cause is OperationCanceledException ? $"{address} does not answer" : $"{address}: {cause.Message}", cause);

    private Uri At(string path) => new($"{address.TrimEnd('/')}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}run={Uri.EscapeDataString(run)}");

    private async Task Fetch(long step, CheckpointFile file, string path, CancellationToken stop)
    {
        // With its length: a disk that is too small says so at once.
        using var target = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, file.Bytes);
        var position = 0L;
        for (var failures = 0; position < file.Bytes;)
        {
            var before = position;
            try
            {
                await Take().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException { StatusCode: null } || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                failures = position > before ? 0 : failures + 1;
                if (failures == Attempts) throw Failure(e);
            }
            catch (HttpRequestException e)
            {
                throw Failure(e);
            }
        }

        async Task Take()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Stall);
            using var request = new HttpRequestMessage(HttpMethod.Get, At(string.Create(CultureInfo.InvariantCulture, $"{CheckpointEndpoint.Path}/{step}/{file.Name}")));
            if (position > 0) request.Headers.Range = new RangeHeaderValue(position, null);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            await RequireSuccess(answer, limit.Token).ConfigureAwait(false);
            if ((answer.Content.Headers.ContentRange?.From ?? 0) != position || answer.Content.Headers.ContentLength is { } length && length != file.Bytes - position)
                throw new IOException($"{file.Name} has another length than was said");
            using var body = await answer.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var block = new byte[BlockBytes];
            for (int count; (count = await body.ReadAsync(block, limit.Token).ConfigureAwait(false)) > 0; limit.CancelAfter(Stall))
            {
                if (count > file.Bytes - position) throw new IOException($"{file.Name} is longer than was said");
                await RandomAccess.WriteAsync(target, block.AsMemory(0, count), position, stop).ConfigureAwait(false);
                position += count;
            }

            if (position < file.Bytes) throw new IOException($"{file.Name} ended after {position} of {file.Bytes} bytes");
        }
    }

    private static async Task RequireSuccess(HttpResponseMessage answer, CancellationToken stop)
    {
        if (answer.IsSuccessStatusCode) return;
        var why = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        throw new HttpRequestException($"{why.Trim()} ({(int)answer.StatusCode})", null, answer.StatusCode);
    }
}
