namespace ActorRlhf.Page.Tests;

/// <summary>A fact about what a browser shows.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Chromium.Program is null ? "Chromium is not installed (Debian's package: chromium)" : null;
}
