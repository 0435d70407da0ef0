using System.Text;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Operator.Topology;

/// <summary>Writes a <see cref="TopologyFlow"/> for programs that draw.</summary>
public static class TopologyDrawing
{
    /// <summary>For Graphviz: <c>rlhf topology --dot | dot -Tsvg</c>.</summary>
    public static string Dot(TopologyFlow flow)
    {
        var text = new StringBuilder("digraph cluster {\n  rankdir=LR;\n")
            .Append("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=10];\n").Append("  edge [fontname=\"sans-serif\", fontsize=9];\n");
        foreach (var frame in flow.Nodes)
        {
            text.Append($"  subgraph cluster_{frame.Id} {{\n    label={Quoted(frame.Label)};\n    color={(frame.IsWell ? "gray" : "red")};\n");
            foreach (var box in frame.Boxes) text.Append($"    {box.Id} [label={Quoted(string.Join('\n', box.Lines))}{(box.IsWell ? "" : ", color=red")}];\n");
            if (frame.Boxes.Count == 0) text.Append($"    {frame.Id} [label=\"\", shape=point, style=invis];\n"); // an empty frame is not drawn
            text.Append("  }\n");
        }

        foreach (var arrow in flow.Arrows) text.Append($"  {arrow.From} -> {arrow.To} [label={Quoted(arrow.Label)}];\n");
        return text.Append("}\n").ToString();

        static string Quoted(string label) => $"\"{string.Join("\\n", label.Split('\n').Select(line => Escaped(PlainText.Line(line))))}\"";

        static string Escaped(string line) => line.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    /// <summary>For Mermaid, which pages of many hosts of repositories draw.</summary>
    public static string Mermaid(TopologyFlow flow)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var frame in flow.Nodes)
        {
            text.Append($"  subgraph {frame.Id}[{Quoted(frame.Label)}]\n");
            foreach (var box in frame.Boxes) text.Append($"    {box.Id}[{Quoted(string.Join('\n', box.Lines))}]{(box.IsWell ? "" : ":::stuck")}\n");
            if (frame.Boxes.Count == 0) text.Append($"    {frame.Id}x[\" \"]:::stuck\n"); // an empty frame is not drawn
            text.Append("  end\n");
        }

        foreach (var arrow in flow.Arrows) text.Append($"  {arrow.From} -->|{Quoted(arrow.Label)}| {arrow.To}\n");
        return text.Append("  classDef stuck stroke:#c00\n").ToString();

        static string Quoted(string label) => $"\"{string.Join("<br/>", label.Split('\n').Select(line => Escaped(PlainText.Line(line))))}\"";

        static string Escaped(string line) => line.Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal)
            .Replace("<", "#lt;", StringComparison.Ordinal).Replace(">", "#gt;", StringComparison.Ordinal);
    }
}
