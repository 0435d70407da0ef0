using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace ActorRlhf.Cli.Commands;

/// <summary>Options that mean the same on every command.</summary>
public static class CommonOptions
{
    /// <summary><c>--json</c>, on commands that report: the result as JSON on standard output, for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    /// <summary><c>--out DIR</c>, on commands that run long: the run's folder.</summary>
    /// <param name="name">The name the run has under <c>runs/</c> when the option is not given.</param>
    public static Option<string> Out(string name) => new("--out")
    {
        Description = "The run's folder; run again with the same one to continue.",
        HelpName = "DIR",
        DefaultValueFactory = _ => $"runs/{name}",
    };

    /// <summary><c>--model DIR</c>: the policy that a command works with.</summary>
    public static Option<string> Model() => new("--model") { Description = "The policy's folder.", HelpName = "DIR", Required = true };

    /// <summary>An option whose value is a number within bounds.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What it decides.</param>
    /// <param name="usual">Its value when it is not given.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <param name="help">What stands for the value in the help.</param>
    public static Option<T> Within<T>(string name, string description, T usual, T least, T most, string help = "N")
        where T : struct, INumber<T> =>
        new Option<T>(name) { Description = description, HelpName = help, DefaultValueFactory = _ => usual }.Within(least, most);

    /// <summary>The same option, which refuses what is outside of bounds, and names them.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="option">The option.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    public static Option<T> Within<T>(this Option<T> option, T least, T most)
        where T : struct, INumber<T>
    {
        option.CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {text}; it is a number from {least} to {most}."));
            return default;
        };
        return option;
    }
}
