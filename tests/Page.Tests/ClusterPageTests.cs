using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Microsoft.Playwright;

namespace ActorRlhf.Page.Tests;

/// <summary>The page of a real cluster of processes, through what an operator does and what happens to the cluster.</summary>
[Collection(PageCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class ClusterPageTests(Chromium chromium, ToyWorkspace toy)
{
    private const int Killed = 9, Stop = 19;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    [ChromiumFact]
    public async Task It_shows_what_the_cluster_does_steers_it_and_sees_a_killed_node_within_ten_seconds()
    {
        // A run that does not end meanwhile.
        using var run = await ToyRun.Make(toy, "rlhf.ppo.total-episodes=2000000", "rlhf.ppo-schedule.checkpoint-every=1000", "rlhf.ppo-schedule.evaluate-every=100000");
        var core = run.Node("core", "learner,episodes");
        await core.Until(async () => await run.Status("core") is { Phase: not null }); // so that it has the learner
        Child[] others = [run.Node("standby", "learner,episodes"), run.Node("writer-1", "rollout"), run.Node("writer-2", "rollout"), run.Node("judge", "scorer")];
        var joined = core.Until(async () => await run.Status("standby") is { Version: > 2, Members.Count: 5 });
        await Task.WhenAll(others.Select(node => node.Until(() => joined.IsCompleted)).Append(joined)); // none of which may end meanwhile
        var address = NodeFile.All(run.Folder).Single(node => node.Name == "standby").Address;

        await using var window = await chromium.Open(address);
        await Running(window);
        await Pause(window, address);
        await window.Picture("paused-1280-light");
        await Sizes(address);
        await Resume(window, address);
        await SlowDown(window, run);
        await Drain(window);
        await Kill(window, run);
        await Freeze(window, run);
        Assert.Empty(window.Complaints);
    }

    // Every part of the page has something to show.
    private static async Task Running(Window window)
    {
        await window.Shows("#phase", "training");
        foreach (var name in new[] { "core", "standby", "writer-1", "writer-2", "judge" }) await window.Shows(".node-name", name);
        foreach (var words in new[] { "writer-1", "writer-2", "judge", "on core · cpu", "standby stands by", "8 of 8 answer" }) await window.Shows("#topology", words);
        await window.Shows("#nodes-note", "5 members");
        await window.Shows(".sample .answer", "Policy");
        await window.Shows("#account .sound", "are accounted for");
        await window.Shows("#why", "%");
        var drawn = window.Page.Locator(".chart .line[d]");
        await drawn.First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal(6, await drawn.CountAsync());
        var update = await window.Text("#progress-text");
        await window.Page.WaitForFunctionAsync("text => document.getElementById('progress-text').textContent !== text", update); // it is live
    }

    private async Task Pause(Window window, string address)
    {
        var page = window.Page;
        await page.ClickAsync("#pause");
        await page.FillAsync("#ask-reason", "a drill");
        await page.FillAsync("#ask-who", "ann");
        await page.ClickAsync("#ask-do");
        await window.Shows("#said", "training pauses after");
        await window.Shows("#held", "a drill");
        var status = (await _http.GetFromJsonAsync<NodeStatus>(new Uri($"{address}/status"), OperationsJson.Options))!;
        Assert.Equal(("paused", "a drill"), (status.Phase, status.Reason));
        await window.Shows(".audit", "ann (page)");

        // While nothing changes, the page has the numbers that a command has.
        await window.Shows("#progress-text", string.Create(CultureInfo.InvariantCulture, $"{status.TrainedEpisodes:N0} of {status.TotalEpisodes:N0} episodes · update {status.Version:N0} of {status.Batches:N0}"));
        await window.Shows("#account .states", string.Create(CultureInfo.InvariantCulture, $"{status.TrainedEpisodes:N0}"));
        var samples = await _http.GetFromJsonAsync<List<SampleReport>>(new Uri($"{address}/api/samples"), OperationsJson.Options);
        Assert.Equal(status.Version, samples![0].Update);
        await window.Shows("#samples-note", string.Create(CultureInfo.InvariantCulture, $"of update {status.Version:N0}"));
        await page.ClickAsync(".sample .quiet-button");
        foreach (var words in new[] { "Generated", "Trained", samples[0].Summary, samples[0].Reference! }) await window.Shows("#story", words);
        await window.Picture("story-1280-light");
        await page.ClickAsync("#story .primary");
    }

    private async Task Sizes(string address)
    {
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Dark), (400, ColorScheme.Light), (400, ColorScheme.Dark) })
        {
            await using var window = await chromium.Open(address, width, scheme);
            await window.Shows("#held", "a drill");
            await window.Shows("#account .sound", "are accounted for");
            await window.Shows(".sample .answer", "Policy");
            Assert.Equal(width, await window.ContentWidth());
            await window.Picture($"paused-{width}-{scheme}".ToLowerInvariant());
            Assert.Empty(window.Complaints);
        }
    }

    private async Task Resume(Window window, string address)
    {
        await window.Page.ClickAsync("#resume");
        await window.Page.ClickAsync("#ask-do");
        await window.Shows("#said", "training goes on");
        await window.Shows("#phase", "training");
        Assert.Equal(0, await window.Page.Locator("#held .hold").CountAsync());
        Assert.Equal("training", (await _http.GetFromJsonAsync<NodeStatus>(new Uri($"{address}/status"), OperationsJson.Options))!.Phase);
    }

    private static async Task SlowDown(Window window, ToyRun run)
    {
        const string IsSlower = """
            () => {
                const speeds = Object.fromEntries([...document.querySelectorAll('#topology .row')].map(({ children: [, name, value] }) => [name.textContent, parseFloat(value.textContent.replaceAll(',', ''))]));
                return speeds['writer-1'] < speeds['writer-2'] / 2;
            }
            """;
        await using var slow = new Throttle(run.Processes["writer-1"]);
        await window.Page.WaitForFunctionAsync(IsSlower);
        await window.Picture("throttled-1280-light");
    }

    private static async Task Drain(Window window)
    {
        await window.Page.ClickAsync("button[aria-label='Drain writer-1']");
        await window.Page.ClickAsync("#ask-do");
        await window.Shows("#said", "writer-1 finishes what it has begun");
        await window.Shows("#topology", "has finished, begins nothing");
    }

    private static async Task Kill(Window window, ToyRun run)
    {
        var process = run.Processes["writer-2"];
        var started = Stopwatch.StartNew();
        Assert.Equal(0, Child.Kill(process, Killed));
        await ShowsIll(window, "writer-2");
        await window.Page.Locator(".row.warn, .row.bad").Filter(new() { HasText = "writer-2" }).First.WaitForAsync(new() { Timeout = (float)(10_000 - started.ElapsedMilliseconds) });
        await window.Picture("killed-1280-light");
    }

    private static async Task Freeze(Window window, ToyRun run)
    {
        Assert.Equal(0, Child.Kill(run.Processes["judge"], Stop));
        await ShowsIll(window, "judge");
        await window.Shows("#topology .row.warn, #topology .row.bad", "judge");
        await window.Picture("frozen-1280-light");
    }

    private static Task ShowsIll(Window window, string node) => window.Page.WaitForFunctionAsync(
        "node => [...document.querySelectorAll('#nodes tbody')].some(row => row.querySelector('.node-name').textContent === node && !row.querySelector('.condition').classList.contains('good'))",
        node, new() { Timeout = 10_000 });
}
