using System.Collections.Frozen;
using System.Globalization;

namespace ActorRlhf.Model.Ppo;

/// <summary>The hyperparameters that may be changed while a run goes on, by the names that they have in a configuration file.</summary>
public static class LivePpoSettings
{
    /// <summary>β. With adaptive control, where the controller goes on from.</summary>
    public const string KlCoefficient = "rlhf.ppo.kl-coefficient";

    private static readonly FrozenDictionary<string, Func<PpoSettings, double, PpoSettings>> Each = new Dictionary<string, Func<PpoSettings, double, PpoSettings>>
    {
        [KlCoefficient] = (settings, value) => settings with { KlCoefficient = value },
        ["rlhf.ppo.kl-target"] = (settings, value) => settings with { KlTarget = value },
        ["rlhf.ppo.kl-horizon"] = (settings, value) => settings with { KlHorizon = value },
        ["rlhf.ppo.policy-clip"] = (settings, value) => settings with { PolicyClip = value },
        ["rlhf.ppo.value-clip"] = (settings, value) => settings with { ValueClip = value },
        ["rlhf.ppo.value-loss-coefficient"] = (settings, value) => settings with { ValueLossCoefficient = value },
        ["rlhf.ppo.entropy-coefficient"] = (settings, value) => settings with { EntropyCoefficient = value },
        ["rlhf.ppo.gamma"] = (settings, value) => settings with { Gamma = value },
        ["rlhf.ppo.lambda"] = (settings, value) => settings with { Lambda = value },
        ["rlhf.ppo.importance-weight-cap"] = (settings, value) => settings with { ImportanceWeightCap = value },
        ["rlhf.ppo.optimizer.learning-rate"] = (settings, value) => settings with { Optimizer = settings.Optimizer with { LearningRate = value } },
        ["rlhf.ppo.optimizer.max-gradient-norm"] = (settings, value) => settings with { Optimizer = settings.Optimizer with { MaxGradientNorm = value } },
    }.ToFrozenDictionary();

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. Each.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Settings with one of them changed.</summary>
    /// <param name="settings">The settings before.</param>
    /// <param name="key">Its name.</param>
    /// <param name="value">A number, as a configuration file has it.</param>
    /// <exception cref="UserErrorException">It is not one of them, or the value is no number. Whether the number is in the setting's range is for the caller to see.</exception>
    public static PpoSettings With(PpoSettings settings, string key, string value)
    {
        if (!Each.TryGetValue(key, out var change))
            throw new UserErrorException($"{key} cannot be changed while the run goes on; these can: {string.Join(", ", Keys)}");
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            throw new UserErrorException($"{key} is \"{value}\"; expected a number");
        var changed = change(settings, number);
        return (changed.ImportanceWeightCap > 0) == (settings.ImportanceWeightCap > 0)
            ? changed
            : throw new UserErrorException($"{key} cannot become {value} while the run goes on: what the log-probabilities are computed from would change; start another run");
    }
}
