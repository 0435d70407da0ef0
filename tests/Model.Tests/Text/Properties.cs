using FsCheck;

namespace ActorRlhf.Model.Tests.Text;

/// <summary>How FsCheck runs here: the same cases every time.</summary>
internal static class Properties
{
    public static Config Of(int cases) => Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20200902, 1);
}
