using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ActorRlhf.Host.Reports;

/// <summary>
/// Turns a <see cref="Report"/> into one HTML file that needs nothing else: style and plots are inside, there is no script, it opens without a network, in
/// light and dark, on a phone, and reads aloud. It is well-formed XML too, apart from its first line.
/// </summary>
public sealed class ReportPage
{
    private int _plots;

    private ReportPage()
    {
    }

    /// <summary>The page as text.</summary>
    /// <param name="report">What it says.</param>
    public static string Render(Report report)
    {
        var text = new StringBuilder("<!DOCTYPE html>\n");
        var settings = new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None, CheckCharacters = true };
        using (var writer = XmlWriter.Create(text, settings))
            Readable(new ReportPage().Page(report)).WriteTo(writer);
        return text.Append('\n').ToString();
    }

    /// <summary>Writes the page. A reader sees the old file or the new one, never a part.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="path">The file; it is replaced.</param>
    public static void Write(Report report, string path)
    {
        var partial = path + ".partial";
        File.WriteAllText(partial, Render(report));
        File.Move(partial, path, overwrite: true);
    }

    private static string Style()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Replaces what XML cannot hold (control characters, halves of a surrogate pair) by the replacement character.</summary>
    private static XElement Readable(XElement page)
    {
        foreach (var text in page.DescendantNodes().OfType<XText>())
            text.Value = Readable(text.Value);
        foreach (var attribute in page.DescendantsAndSelf().Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            attribute.Value = Readable(attribute.Value);
        return page;
    }

    private static string Readable(string text)
    {
        var bad = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                i++;
            else if (!XmlConvert.IsXmlChar(text[i]))
                bad++;
        }

        if (bad == 0)
            return text;
        return string.Concat(text.EnumerateRunes().Select(rune => rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD"));
    }

    private static XElement Element(string name, string style, params object?[] content) => new(name, new XAttribute("class", style), content);

    // An empty element must not be written as <td/>, which is not HTML; an empty text keeps it open.
    private static XElement Cell(string name, string text, params object?[] attributes) => new(name, attributes, text);

    private XElement Page(Report report) => new(
        "html",
        new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
            new XElement("title", report.Title),
            new XElement("style", Style())),
        new XElement(
            "body",
            new XElement(
                "header",
                new XElement("h1", report.Title),
                report.Summary.Length == 0 ? null : Element("p", "summary", report.Summary)),
            new XElement("main", Headlines(report.Headlines), report.Sections.Select(Section)),
            report.Footnotes.Count == 0 ? null : new XElement("footer", new XElement("h2", "Notes"), new XElement("ol", report.Footnotes.Select(note => new XElement("li", note))))));

    private static XElement? Headlines(IReadOnlyList<Headline> headlines) => headlines.Count == 0
        ? null
        : Element("dl", "headlines", headlines.Select(headline => Element(
            "div",
            "headline",
            new XElement("dt", headline.Label),
            Element(
                "dd",
                "value",
                headline.Value,
                headline.IsMet switch
                {
                    true => Element("span", "met", new XAttribute("title", "as asked"), "\u2713"),
                    false => Element("span", "missed", new XAttribute("title", "not as asked"), "\u2717"),
                    null => null,
                }),
            headline.Detail.Length == 0 ? null : Element("dd", "detail", headline.Detail))));

    private XElement Section(ReportSection section)
    {
        var content = new List<XElement>();
        XElement? plots = null;
        foreach (var block in section.Blocks)
        {
            if (block is not (Plot or IntervalPlot))
            {
                plots = null;
                content.AddRange(Block(block));
                continue;
            }

            if (plots is null)
            {
                plots = Element("div", "plots");
                content.Add(plots);
            }

            plots.Add(Block(block));
        }

        return new XElement("section", new XElement("h2", section.Title), content);
    }

    private IEnumerable<XElement> Block(ReportBlock block) => block switch
    {
        ReportText text => text.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(paragraph => new XElement("p", paragraph)),
        ReportTable table => [Table(table)],
        ReportListing listing => [new XElement("details", new XElement("summary", listing.Title), new XElement("pre", listing.Text))],
        SampleTable samples => [Samples(samples)],
        Plot plot => [Figure(plot)],
        IntervalPlot plot => [Figure(plot)],
        _ => throw new ArgumentException($"The page cannot show a {block.GetType().Name}.", nameof(block)),
    };

    private XElement Figure(Plot plot) => new(
        "figure",
        new XElement("figcaption", plot.Title),
        plot.Series.Count < 2 && !plot.Series.Any(PlotSvg.IsSmoothed) ? null : Legend(plot),
        PlotSvg.Draw(plot, NextId()),
        plot.Caption.Length == 0 ? null : Element("p", "caption", plot.Caption),
        Numbers(plot));

    private XElement Figure(IntervalPlot plot) => new(
        "figure",
        new XElement("figcaption", plot.Title),
        IntervalSvg.Draw(plot, NextId()),
        plot.Caption.Length == 0 ? null : Element("p", "caption", plot.Caption),
        Numbers(["", plot.Axis.Text, "interval"], [.. plot.Rows.Select(row => new[]
        {
            row.Label,
            PlotScale.Precise(row.Value, plot.Axis.IsShare),
            Interval(row.Low, row.High, plot.Axis.IsShare),
        })]));

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"plot{++_plots}");

    private static XElement Legend(Plot plot) => Element("ul", "legend", plot.Series.Select((series, i) => new XElement(
        "li",
        Element("span", $"{(series.Style == SeriesStyle.Dots ? "key-dot" : "key")} {PlotSvg.ColourOf(i)}", ""),
        series.Name,
        PlotSvg.IsSmoothed(series) ? Element("span", "quiet", " smoothed, raw behind") : null)));

    /// <summary>The numbers behind a plot, a dozen a series, for who cannot or would rather not see it.</summary>
    private static XElement? Numbers(Plot plot) => Numbers(
        ["series", plot.X.Text, plot.Y.Text],
        [.. plot.Series.SelectMany(series => SeriesShape.Spread(PlotSvg.Shown(series), 12).Select(point => new[]
        {
            series.Name + (PlotSvg.IsSmoothed(series) ? ", smoothed" : ""),
            PlotScale.Precise(point.X, plot.X.IsShare),
            PlotScale.Precise(point.Y, plot.Y.IsShare)
                + (point is { Low: { } low, High: { } high } ? $" ({Interval(low, high, plot.Y.IsShare)})" : ""),
        }))]);

    private static XElement? Numbers(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows) =>
        rows.Count == 0 ? null : new XElement("details", new XElement("summary", "Numbers"), Table(new ReportTable("", headers, rows)));

    private static string Interval(double low, double high, bool isShare) =>
        $"{PlotScale.Precise(low, isShare)} to {PlotScale.Precise(high, isShare)}";

    private static XElement Table(ReportTable table)
    {
        var isNumeric = table.Headers.Select((_, column) => table.Rows.Count > 0 && table.Rows.All(row => IsNumeric(row[column]))).ToList();
        object? Align(int column) => isNumeric[column] ? new XAttribute("class", "number") : null;
        return Element("div", "table", new XElement(
            "table",
            table.Caption.Length == 0 ? null : new XElement("caption", table.Caption),
            new XElement("thead", new XElement("tr", table.Headers.Select((header, column) => Cell("th", header, new XAttribute("scope", "col"), Align(column))))),
            new XElement("tbody", table.Rows.Select(row => new XElement("tr", row.Select((cell, column) => Cell("td", cell, Align(column))))))));
    }

    private static bool IsNumeric(string cell) => cell.Length == 0 || char.IsAsciiDigit(cell.TrimStart('-', '\u2212', '+', '<', '>', '≤', '≥', ' ') is [var first, ..] ? first : 'x');

    private static XElement Samples(SampleTable samples) => Element("div", "table", Element(
        "table",
        "samples",
        new XElement("thead", new XElement("tr", samples.Authors.Select(author => new XElement("th", new XAttribute("scope", "col"), author)))),
        samples.Samples.Select(sample => new XElement(
            "tbody",
            new XElement("tr", Element(
                "th",
                "source",
                new XAttribute("colspan", Math.Max(1, samples.Authors.Count)),
                new XAttribute("scope", "rowgroup"),
                sample.Title.Length == 0 ? null : Element("span", "source-title", new XAttribute("dir", "auto"), sample.Title),
                Element("div", "source-text", new XAttribute("dir", "auto"), new XAttribute("tabindex", "0"), sample.Text))),
            new XElement("tr", sample.Answers.Select((answer, i) => new XElement(
                "td",
                new XAttribute("data-author", samples.Authors[i]),
                Element("div", "answer", new XAttribute("dir", "auto"), answer.Text),
                answer.Note.Length == 0 ? null : Element("div", "quiet", answer.Note))))))));
}
