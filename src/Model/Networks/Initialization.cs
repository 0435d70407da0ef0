namespace ActorRlhf.Model.Networks;

/// <summary>Random starting weights, drawn from this project's own stream so that a seed means the same network everywhere.</summary>
internal static class Initialization
{
    /// <summary>GPT-2's scheme (Radford et al. 2019, section 2.3).</summary>
    public static void Body(TransformerConfig config, ParameterBlock parameters, RandomStream random)
    {
        const double width = 0.02;
        foreach (var shape in config.BodyShapes())
        {
            if (shape.Extents.Length > 1)
                Normal(parameters, shape.Name, shape.Name.EndsWith("c_proj.weight", StringComparison.Ordinal) ? width / Math.Sqrt(2 * config.Layers) : width, random);
            else
                Fill(parameters, shape, IsNormGain(shape.Name) ? 1 : 0);
        }
    }

    /// <summary>Normal numbers around zero.</summary>
    public static void Normal(ParameterBlock parameters, string name, double deviation, RandomStream random)
    {
        var values = new float[parameters.Shapes.Single(shape => shape.Name == name).Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * random.NextGaussian());
        parameters.Set(name, values);
    }

    private static void Fill(ParameterBlock parameters, TensorShape shape, float value)
    {
        var values = new float[shape.Count];
        Array.Fill(values, value);
        parameters.Set(shape.Name, values);
    }

    private static bool IsNormGain(string name) =>
        name.EndsWith(".weight", StringComparison.Ordinal) && name.Contains("ln_", StringComparison.Ordinal);
}
