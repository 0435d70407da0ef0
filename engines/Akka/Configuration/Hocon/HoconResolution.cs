namespace Akka.Configuration.Hocon;

/// <summary>Gives every substitution of a parsed text its value and makes sure that none contains itself.</summary>
internal static class HoconResolution
{
    private const int MaxChain = 1000;

    /// <summary>Resolves the substitutions against the tree they stand in.</summary>
    /// <exception cref="FormatException">A path is absent, or leads back to where it is used.</exception>
    public static void Resolve(HoconValue root, List<HoconSubstitution> substitutions)
    {
        var config = new Config(new HoconRoot(root));
        foreach (var substitution in substitutions)
        {
            substitution.ResolvedValue = config.GetValue(substitution.Path)
                ?? throw new FormatException($"Unresolved substitution: {substitution.Path}");
            RefuseChain(substitution);
        }

        if (substitutions.Count > 0)
            RefuseCycles(root, [], [], 0);
    }

    /// <summary>Lookups follow a value's first element, so that chain must end before the next lookup.</summary>
    private static void RefuseChain(HoconSubstitution first)
    {
        var next = first;
        for (var length = 0; next?.ResolvedValue is { } value; next = value.Values.FirstOrDefault() as HoconSubstitution)
        {
            if (++length > MaxChain)
                throw new FormatException($"Substitution of itself: {first.Path}");
        }
    }

    private static void RefuseCycles(HoconValue value, HashSet<HoconValue> open, HashSet<HoconValue> done, int depth)
    {
        if (done.Contains(value))
            return;
        if (depth > 2 * MaxChain || !open.Add(value))
            throw new FormatException("Substitution of itself: a value contains a substitution that stands for that value");

        foreach (var element in value.Values)
        {
            IEnumerable<HoconValue> inner = element switch
            {
                HoconSubstitution { ResolvedValue: { } target } => [target],
                HoconArray array => array,
                HoconObject members => members.Items.Values,
                _ => [],
            };
            foreach (var each in inner)
                RefuseCycles(each, open, done, depth + 1);
        }

        open.Remove(value);
        done.Add(value);
    }
}
