using System.ComponentModel.DataAnnotations;
using System.Reflection;
using ActorRlhf.Model;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Settings;

/// <summary>Whether a setting may be changed while a run goes on, and to what.</summary>
internal static class LiveSettings
{
    /// <summary>Checks a change.</summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="key">The setting's name (<see cref="LivePpoSettings"/>).</param>
    /// <param name="value">What it is to be.</param>
    /// <exception cref="UserErrorException">It cannot be that.</exception>
    public static void Check(PpoSettings settings, string key, string value)
    {
        var changed = LivePpoSettings.With(settings, key, value);
        foreach (var part in (object[])[changed, changed.Optimizer])
        {
            foreach (var property in part.GetType().GetProperties())
            {
                if (property.GetCustomAttribute<RangeAttribute>() is { } range && !SettingsRange.Allows(range, property.GetValue(part)!))
                    throw new UserErrorException($"{key} is {value}; it must be {SettingsRange.InWords(range)}");
            }
        }
    }
}
