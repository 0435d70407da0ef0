using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>A sample of a scrape.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string this[string label] => Labels[label];
}

/// <summary>
/// Reads Prometheus' text format 0.0.4, and accepts nothing that its documents do not allow: every family is announced by its type before its samples and stands together, no series is
/// there twice, names, labels and escapes are right, counters are called <c>_total</c>, the buckets of a histogram add up.
/// </summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _described = [];
    private readonly HashSet<string> _series = [];
    private readonly List<Sample> _samples = [];
    private string? _family;

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Families by name, with their type.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public IEnumerable<string> Names => _samples.Select(sample => sample.Name).Distinct();

    public static PrometheusText Parse(string text)
    {
        var read = new PrometheusText();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        foreach (var line in text.Split('\n').Where(line => line.Length > 0)) read.Read(line);
        read.CheckHistograms();
        return read;
    }

    public IEnumerable<Sample> Of(string name) => _samples.Where(sample => sample.Name == name);

    public double Value(string name, params (string Label, string Value)[] labels) =>
        Assert.Single(Of(name), sample => labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value)).Value;

    private void Read(string line)
    {
        if (line.StartsWith('#'))
        {
            var words = line.Split(' ', 4);
            switch (words[1])
            {
                case "TYPE":
                    Assert.Matches("^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram|summary|untyped)$", line);
                    Assert.True(_types.TryAdd(words[2], words[3]), $"{words[2]} has two types");
                    _family = words[2];
                    break;
                case "HELP":
                    Assert.Matches(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ([^\\]|\\\\|\\n)+$", line);
                    Assert.True(_described.Add(words[2]), $"{words[2]} is described twice");
                    _family ??= words[2];
                    break;
                default:
                    Assert.NotEqual("EOF", words[1]); // of OpenMetrics
                    break;
            }

            return;
        }

        var parts = SampleLine().Match(line);
        Assert.True(parts.Success, $"no sample: {line}");
        var name = parts.Groups["name"].Value;
        var labels = Labels(parts.Groups["labels"].Value);
        Assert.Equal(_family, Family(name)); // together with its type
        Assert.True(_series.Add($"{name}{{{string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}}}"), $"twice: {line}");
        var value = Number(parts.Groups["value"].Value);
        if (_types[_family!] == "counter")
        {
            Assert.EndsWith("_total", name, StringComparison.Ordinal);
            Assert.True(value >= 0, line);
        }

        _samples.Add(new Sample(name, labels, value));
    }

    private string Family(string name)
    {
        if (_types.ContainsKey(name)) return name;
        foreach (var suffix in new[] { "_bucket", "_sum", "_count" })
            if (name.EndsWith(suffix, StringComparison.Ordinal) && _types.GetValueOrDefault(name[..^suffix.Length]) == "histogram") return name[..^suffix.Length];
        throw new FormatException($"{name} has no type");
    }

    private static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>();
        var at = 0;
        while (at < text.Length)
        {
            var label = Label().Match(text, at);
            Assert.True(label.Success && label.Index == at, $"no labels: {text}");
            Assert.DoesNotMatch("^__", label.Groups["name"].Value);
            labels.Add(label.Groups["name"].Value, label.Groups["value"].Value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal)
                .Replace("\\\\", "\\", StringComparison.Ordinal));
            at += label.Length;
        }

        return labels;
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private void CheckHistograms()
    {
        foreach (var (family, _) in _types.Where(type => type.Value == "histogram"))
        {
            foreach (var series in Of($"{family}_bucket").GroupBy(bucket => string.Join(',', bucket.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}"))))
            {
                var buckets = series.Select(bucket => (Bound: Number(bucket["le"]), bucket.Value)).ToList();
                Assert.Equal(buckets.OrderBy(bucket => bucket.Bound).ToList(), buckets);
                Assert.Equal(buckets.OrderBy(bucket => bucket.Value).Select(bucket => bucket.Value), buckets.Select(bucket => bucket.Value));
                Assert.Equal(double.PositiveInfinity, buckets[^1].Bound);
                var others = series.First().Labels.Where(label => label.Key != "le").Select(label => (label.Key, label.Value)).ToArray();
                Assert.Equal(buckets[^1].Value, Value($"{family}_count", others));
                Assert.True(Value($"{family}_sum", others) >= 0);
            }
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>NaN|[+-]Inf|-?[0-9.]+([eE][+-]?[0-9]+)?)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\\n]|\\\\|\\"|\\n)*)"(,|$)""")]
    private static partial Regex Label();
}
