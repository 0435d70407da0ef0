using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ActorRlhf.Page.Tests;

/// <summary>A browser's window with the page, and what its console has complained of.</summary>
internal sealed class Window : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    public Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Dialog += (_, dialog) => _complaints.Enqueue($"dialog: {dialog.Message}");
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, uncaught exceptions, and dialogs that a script opened.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The text that an element shows.</summary>
    public Task<string> Text(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>Waits until an element's text has something in it.</summary>
    public Task Shows(string selector, string text, TimeSpan? patience = null) =>
        Page.Locator(selector).Filter(new() { HasText = text }).First.WaitForAsync(new() { Timeout = (float)(patience ?? Patience).TotalMilliseconds });

    /// <summary>How wide its content is.</summary>
    public Task<int> ContentWidth() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth");

    /// <summary>A picture of it, in the folder that the variable RLHF_SCREENSHOTS names.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("RLHF_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
