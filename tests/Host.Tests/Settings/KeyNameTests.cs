using ActorRlhf.Host.Settings;

namespace ActorRlhf.Host.Tests.Settings;

public sealed class KeyNameTests
{
    [Fact]
    public void A_key_is_the_property_name_in_kebab_case() => Assert.Equal(
        "kl-coefficient = 1\ntop-p = 2\nbeta1 = 3\nmax-kl = 4\ngpt2-path = 5\nkl-target = 6\nx = 7\n",
        ResolvedConfiguration.Write(new Names()));

    private sealed record Names
    {
        public int KlCoefficient { get; init; } = 1;

        public int TopP { get; init; } = 2;

        public int Beta1 { get; init; } = 3;

        public int MaxKL { get; init; } = 4;

        public int GPT2Path { get; init; } = 5;

        public int KLTarget { get; init; } = 6;

        public int X { get; init; } = 7;
    }
}
