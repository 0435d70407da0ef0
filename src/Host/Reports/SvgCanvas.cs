using System.Globalization;
using System.Xml.Linq;

namespace ActorRlhf.Host.Reports;

/// <summary>The drawing area of one plot: a margin for labels, and inside it the field that two scales map to.</summary>
/// <remarks>Units are those of the SVG's view box, which the page stretches to the room it has. Colours and fonts come from the page's style.</remarks>
internal sealed class SvgCanvas
{
    public const double Width = 480;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly XElement _root;

    public SvgCanvas(string id, string title, string description, double height, double left, double top, double right, double bottom)
    {
        Height = height;
        Left = left;
        Top = top;
        Right = Width - right;
        Bottom = height - bottom;
        _root = new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Text(Width)} {Text(height)}"),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", $"{id}-title {id}-desc"),
            new XElement(Svg + "title", new XAttribute("id", $"{id}-title"), title),
            new XElement(Svg + "desc", new XAttribute("id", $"{id}-desc"), description));
    }

    public double Height { get; }

    public double Left { get; }

    public double Top { get; }

    public double Right { get; }

    public double Bottom { get; }

    public XElement Root => _root;

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Add("line", style, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    public void Circle(string style, double x, double y, double radius, string? tip = null)
    {
        var circle = Add("circle", style, ("cx", x), ("cy", y), ("r", radius));
        if (tip is not null)
            circle.Add(new XElement(Svg + "title", tip));
    }

    public void Label(string style, double x, double y, string anchor, string text)
    {
        var label = Add("text", style, ("x", x), ("y", y));
        label.Add(new XAttribute("text-anchor", anchor), text);
    }

    public void Path(string style, IEnumerable<(double X, double Y)> points, bool isClosed = false)
    {
        var data = string.Join('L', points.Select(point => $"{Text(point.X)} {Text(point.Y)}"));
        Add("path", style).Add(new XAttribute("d", $"M{data}{(isClosed ? "Z" : "")}"));
    }

    private static string Text(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private XElement Add(string name, string style, params ReadOnlySpan<(string Name, double Value)> numbers)
    {
        var element = new XElement(Svg + name, new XAttribute("class", style));
        foreach (var (attribute, value) in numbers)
            element.Add(new XAttribute(attribute, Text(value)));
        _root.Add(element);
        return element;
    }
}
