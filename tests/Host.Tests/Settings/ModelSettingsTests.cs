using System.Reflection;
using System.Runtime.CompilerServices;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Tests.Settings;

/// <summary>The model's own settings records, whichever there are, can be given by configuration.</summary>
public sealed class ModelSettingsTests
{
    public static TheoryData<Type> Records =>
    [
        .. typeof(PpoSettings).Assembly.GetExportedTypes().Where(type =>
            (type.Name.EndsWith("Settings", StringComparison.Ordinal) || type.Name.EndsWith("Config", StringComparison.Ordinal)) &&
            type.GetConstructor(Type.EmptyTypes) is not null &&
            !type.GetProperties().Any(property => property.IsDefined(typeof(RequiredMemberAttribute)))),
    ];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_accepts_its_own_defaults(Type type)
    {
        var text = ResolvedConfiguration.Write(Activator.CreateInstance(type)!, "settings");
        var read = typeof(ModelSettingsTests).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
        Assert.Equal(text, ResolvedConfiguration.Write(read.Invoke(null, [text])!, "settings"));
    }

    [Fact]
    public void Ppo_is_steered_by_its_keys()
    {
        var document = SettingsDocument.Parse("rlhf.ppo { kl-control = adaptive, gamma = 0.99 }", "demo.conf", ["rlhf.ppo.kl-coefficient=0.07"]);
        var expected = new PpoSettings { KlControl = KlControl.Adaptive, Gamma = 0.99, KlCoefficient = 0.07 };
        Assert.Equal(expected, SettingsReader.Read<PpoSettings>(document, "rlhf.ppo"));
    }

    private static T Read<T>(string text)
        where T : class => SettingsReader.Read<T>(SettingsDocument.Parse(text), "settings");
}
