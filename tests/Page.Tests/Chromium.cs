using Microsoft.Playwright;

namespace ActorRlhf.Page.Tests;

/// <summary>A browser without a screen, shared by the tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The machine's Chromium; null where there is none.</summary>
    public static string? Program { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Program is null) return;
        _playwright = await Playwright.CreateAsync();
        string[] args = Environment.UserName == "root" ? ["--no-sandbox"] : []; // which root has none of
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = args });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window of its own, with nothing stored.</summary>
    /// <param name="address">The node that serves the page.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="isStill">Whether its user wants nothing to move.</param>
    internal async Task<Window> Open(string address, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool isStill = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, ReducedMotion = isStill ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
        });
        var window = new Window(context, await context.NewPageAsync());
        await window.Page.GotoAsync(address);
        return window;
    }
}

/// <summary>One collection, so that there is one browser and one toy.</summary>
[CollectionDefinition(Name)]
public sealed class PageCollection : ICollectionFixture<Chromium>, ICollectionFixture<Cli.Tests.Commands.ToyWorkspace>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "page";
}
