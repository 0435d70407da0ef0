using System.Xml.Linq;
using ActorRlhf.Host.Reports;

namespace ActorRlhf.Host.Tests.Reports;

public sealed class ReportPageTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void The_page_with_everything_is_well_formed_and_needs_nothing_else()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "sample-report.html"); // kept, to be looked at in a browser
        ReportPage.Write(SampleReport.Create(), path);

        var page = Parse(File.ReadAllText(path));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(
            page.Descendants().Attributes(),
            attribute => attribute.Name.LocalName is "src" or "href" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_style_reaches_the_page_unescaped()
    {
        var html = ReportPage.Render(new Report { Title = "t" });
        var style = html[html.IndexOf("<style>", StringComparison.Ordinal)..html.IndexOf("</style>", StringComparison.Ordinal)];

        Assert.Contains("prefers-color-scheme: dark", style, StringComparison.Ordinal);
        Assert.DoesNotContain("&", style, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_from_outside_becomes_markup()
    {
        const string evil = "</td></table></title></style><script>alert(1)</script>\"'&amp;";
        var page = ReportPage.Render(new Report
        {
            Title = evil,
            Summary = evil,
            Headlines = [new(evil, evil, evil)],
            Sections =
            [
                new(evil,
                [
                    new ReportText(evil),
                    new ReportTable(evil, [evil], [[evil]]),
                    new ReportListing(evil, evil),
                    new SampleTable([evil], [new(evil, evil, [new(evil, evil)])]),
                    new Plot { Title = evil, Caption = evil, X = new(evil, evil), Y = new(evil, evil), Series = [PlotSeries.Of(evil, [(0, 0), (1, 1)])], References = [new(0.5, evil)] },
                    new IntervalPlot { Title = evil, Caption = evil, Axis = new(evil, evil), Rows = [new(evil, 0.5, 0.4, 0.6)], Reference = new(0.5, evil) },
                ]),
            ],
            Footnotes = [evil],
        });

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(evil, Parse(page).Descendants("h1").Single().Value);
        Assert.Equal(evil, Parse(page).Descendants("td").First().Value);
    }

    [Theory]
    [InlineData("bell\a escape\u001b[31m", "bell\uFFFD escape\uFFFD[31m")]
    [InlineData("whole 😀 pair", "whole 😀 pair")]
    [InlineData("not a character \uFFFF", "not a character \uFFFD")]
    public void What_a_page_cannot_hold_is_replaced(string text, string shown)
    {
        var page = Parse(ReportPage.Render(new Report { Title = "t", Sections = [new("s", [new ReportText(text)])] }));

        Assert.Equal(shown, page.Descendants("p").Single().Value);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced()
    {
        var half = "half " + '\uD83D' + " a pair"; // an attribute's argument could not hold it
        var page = Parse(ReportPage.Render(new Report { Title = "t", Sections = [new("s", [new ReportText(half)])] }));

        Assert.Equal("half \uFFFD a pair", page.Descendants("p").Single().Value);
    }

    [Fact]
    public void Empty_cells_stay_cells()
    {
        var html = ReportPage.Render(new Report
        {
            Title = "t",
            Sections = [new("s", [new ReportTable("", ["a", "b"], [["", ""]]), new SampleTable(["x"], [new("", "", [new("")])])])],
        });

        Assert.DoesNotContain("<td/>", html.Replace(" /", "/", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var name in new[] { "div", "span", "p", "dd", "td", "th" })
            Assert.DoesNotMatch($"<{name}[^>]*/>", html);
    }

    [Fact]
    public void Every_plot_has_a_title_and_a_description_for_who_cannot_see_it()
    {
        var page = Parse(ReportPage.Render(SampleReport.Create()));

        var plots = page.Descendants(Svg + "svg").ToList();
        Assert.Equal(11, plots.Count);
        Assert.All(plots, plot =>
        {
            var ids = plot.Attribute("aria-labelledby")!.Value.Split(' ');
            Assert.Equal(ids, plot.Elements().Take(2).Select(element => element.Attribute("id")!.Value));
            Assert.All(plot.Elements().Take(2), element => Assert.NotEmpty(element.Value));
        });
        var all = page.Descendants().Attributes("id").Select(id => id.Value).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Fact]
    public void The_description_of_a_plot_says_its_numbers()
    {
        var plot = Draw(new Plot { Title = "Loss", X = new("step"), Y = new("loss", "nats"), Series = [PlotSeries.Of("training", [(0, 4), (1, double.NaN), (2, 5), (3, 2.5)])] });

        Assert.Equal("loss (nats) against step. training: from 4 to 2.5, lowest 2.5, highest 5.", plot.Element(Svg + "desc")!.Value);
    }

    [Fact]
    public void A_gap_splits_the_line()
    {
        var plot = Draw(Line((0, 1), (1, 2), (2, double.NaN), (3, 1), (4, 2), (5, double.PositiveInfinity), (6, 1)));

        Assert.Equal(2, plot.Elements(Svg + "path").Count());
        Assert.Single(plot.Elements(Svg + "circle"), circle => circle.Attribute("class")!.Value == "dot c1"); // the lone last point
    }

    [Fact]
    public void A_line_is_drawn_where_its_numbers_say()
    {
        // The field is 408 wide from 54 and 218 high from 250 upwards; the values lie on the ends of both axes and in the middle.
        var plot = Draw(Line((0, 0), (5, 0.5), (10, 1)));

        Assert.Equal("M54 250L258 141L462 32", plot.Elements(Svg + "path").Single().Attribute("d")!.Value);
    }

    [Fact]
    public void Without_points_the_plot_says_so()
    {
        Assert.Contains(Draw(Line()).Elements(Svg + "text"), text => text.Value == "no data");
        Assert.Contains(Draw(Line((0, double.NaN))).Elements(Svg + "text"), text => text.Value == "no data");
    }

    [Theory]
    [InlineData(1e300, -1e300)]
    [InlineData(double.MaxValue, 0)]
    [InlineData(double.Epsilon, 0)]
    [InlineData(1e17, 1e17 + 16)]
    public void Absurd_numbers_never_reach_a_coordinate(double first, double second)
    {
        var plot = Draw(Line((0, first), (1, second)));

        var numbers = plot.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "d" or "x1" or "y1" or "cx" or "cy" or "x" or "y");
        Assert.All(numbers, number => Assert.Matches(@"^[-M0-9. LZ]+$", number.Value));
    }

    [Fact]
    public void A_long_series_is_thinned_and_keeps_its_spike()
    {
        var points = Enumerable.Range(0, 100_000).Select(i => ((double)i, i == 54_321 ? 9.0 : i % 7 / 7.0));
        var path = Draw(Line([.. points])).Elements(Svg + "path").Single().Attribute("d")!.Value;

        Assert.InRange(path.Count(c => c == 'L'), 500, 600);
        Assert.Contains(path.Split('L'), point => Math.Abs(double.Parse(point.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) - (250 - (218 * 0.9))) < 0.06);
    }

    [Fact]
    public void Win_rates_have_whiskers_at_their_interval_and_their_numbers_beside_them()
    {
        var page = Parse(ReportPage.Render(new Report
        {
            Title = "t",
            Sections = [new("s", [new IntervalPlot { Title = "wins", Axis = new("won") { IsShare = true, From = 0, To = 1 }, Rows = [new("PPO", 0.5, 0.25, 0.75)] }])],
        }));

        var whisker = page.Descendants(Svg + "line").First(line => line.Attribute("class")!.Value == "whisker c1");
        Assert.Equal(("126", "346"), (whisker.Attribute("x1")!.Value, whisker.Attribute("x2")!.Value)); // 16 + 440 · 0.25 and · 0.75
        Assert.Contains(page.Descendants(Svg + "text"), text => text.Value == "50.0%");
        Assert.Contains(page.Descendants("td"), cell => cell.Value == "25.0% to 75.0%");
    }

    [Fact]
    public void Number_columns_are_aligned_to_the_right()
    {
        var page = Parse(ReportPage.Render(new Report { Title = "t", Sections = [new("s", [new ReportTable("", ["name", "value"], [["SFT", "−0.31"], ["4th", "22.4%"], ["PPO", ""]])])] }));

        Assert.Equal(["value", "−0.31", "22.4%", ""], page.Descendants().Where(cell => cell.Attribute("class")?.Value == "number").Select(cell => cell.Value));
    }

    private static Plot Line(params (double X, double Y)[] points) =>
        new() { Title = "plot", X = new("x"), Y = new("y"), Series = [PlotSeries.Of("series", points)] };

    private static XElement Draw(Plot plot) =>
        Parse(ReportPage.Render(new Report { Title = "t", Sections = [new("s", [plot])] })).Descendants(Svg + "svg").Single();

    private static XElement Parse(string html)
    {
        const string doctype = "<!DOCTYPE html>\n";
        Assert.StartsWith(doctype, html, StringComparison.Ordinal);
        return XElement.Parse(html[doctype.Length..], LoadOptions.PreserveWhitespace);
    }
}
