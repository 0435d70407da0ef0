using ActorRlhf.Host.Reports;

namespace ActorRlhf.Host.Tests.Reports;

/// <summary>A page with everything a page can hold, in the shape of the demo's; its numbers are made up.</summary>
internal static class SampleReport
{
    public static Report Create()
    {
        var random = new Random(7);
        return new Report
        {
            Title = "Learning to summarize Debian packages",
            Summary = "A small language model, tuned on 8,000 human synopses, then on 6,000 comparisons by a simulated labeler. Seed 1, 2 cores, 9 min 12 s.",
            Headlines =
            [
                new("Reward accuracy", "0.741", "95% interval 0.713–0.767, 1,000 held-out pairs; asked ≥ 0.70", true),
                new("Reward gain", "1.62 SD", "PPO over SFT; asked ≥ 1.0", true),
                new("KL from SFT", "15.8 nats", "per episode; asked ≤ 15", false),
                new("Preferred to SFT", "64.2%", "95% interval 60.1–68.1, gold judgement", true),
                new("Peak memory", "612 MB"),
            ],
            Sections =
            [
                new("From text to summaries",
                [
                    new ReportText("The policy starts from a model of package descriptions and learns to answer with a synopsis. The loss is per token.\n\nLower is better; the validation texts come from source packages the training never saw."),
                    new Plot
                    {
                        Title = "Supervised fine-tuning",
                        X = new("update"),
                        Y = new("loss", "nats per token"),
                        Series =
                        [
                            Noisy("training", 800, step => 2.9 + (1.4 * Math.Exp(-step / 160.0)), 0.12, random) with { IsSmoothed = true },
                            Series("validation", 9, 100, step => 3.05 + (1.25 * Math.Exp(-step / 170.0))) with { Style = SeriesStyle.LineAndDots },
                        ],
                    },
                    new Plot
                    {
                        Title = "Reward model",
                        Caption = "Loss on training comparisons.",
                        X = new("update"),
                        Y = new("loss", "nats per pair"),
                        Series = [Noisy("training", 400, step => 0.52 + (0.18 * Math.Exp(-step / 90.0)), 0.05, random) with { IsSmoothed = true }],
                    },
                    new Plot
                    {
                        Title = "Reward model against held-out labels",
                        Caption = "The band is the 95% Wilson interval. The labeler disagrees with itself on one pair in four, so no model can agree with its labels much more than 75% of the time.",
                        X = new("update"),
                        Y = new("agreement") { IsShare = true, From = 0.5 },
                        Series =
                        [
                            Banded("with the gold preference", 9, 50, step => 0.76 - (0.24 * Math.Exp(-step / 110.0)), 0.028),
                            Banded("with noisy labels", 9, 50, step => 0.64 - (0.13 * Math.Exp(-step / 110.0)), 0.03),
                        ],
                        References = [new(0.75, "noise ceiling")],
                    },
                    new IntervalPlot
                    {
                        Title = "Preferred by the gold judgement, temperature 0",
                        Caption = "Whiskers are 95% Wilson intervals over 600 held-out packages.",
                        Axis = new("share of comparisons won") { IsShare = true, From = 0, To = 1 },
                        Reference = new(0.5, "even"),
                        Rows =
                        [
                            new("PPO against SFT", 0.642, 0.601, 0.681),
                            new("PPO against the human synopsis", 0.412, 0.371, 0.454),
                            new("PPO against the first words of the text", 0.713, 0.675, 0.748),
                            new("SFT against the first words of the text", 0.588, 0.547, 0.628),
                        ],
                    },
                ]),
                new("Policy optimization",
                [
                    new Plot
                    {
                        Title = "Reward",
                        X = new("update"),
                        Y = new("reward-model score"),
                        Series = [Noisy("mean over the batch", 240, step => 2.1 * (1 - Math.Exp(-step / 80.0)), 0.2, random) with { IsSmoothed = true }],
                    },
                    new Plot
                    {
                        Title = "Divergence from the supervised policy",
                        X = new("update"),
                        Y = new("KL", "nats per episode"),
                        Series = [Noisy("mean over the batch", 240, step => 11 * (1 - Math.Exp(-step / 120.0)), 0.5, random) with { IsSmoothed = true }],
                        References = [new(15, "limit")],
                    },
                    new Plot
                    {
                        Title = "What the reward model says of it",
                        X = new("KL", "nats per episode"),
                        Y = new("reward-model score"),
                        Series = [new("PPO", [.. Enumerable.Range(0, 12).Select(i => Around(i * 1.1, 2.1 * (1 - Math.Exp(-i / 4.0)), 0.12))]) { Style = SeriesStyle.Dots }],
                    },
                    new Plot
                    {
                        Title = "What the gold judgement says of it",
                        Caption = "Where the first curve rises and this one falls, the policy has learned to please the reward model alone.",
                        X = new("KL", "nats per episode"),
                        Y = new("preferred to SFT") { IsShare = true },
                        Series = [new("PPO", [.. Enumerable.Range(0, 12).Select(i => Around(i * 1.1, 0.5 + (0.15 * Math.Sin(i / 4.6)), 0.04))]) { Style = SeriesStyle.Dots }],
                        References = [new(0.5, "even")],
                    },
                    new ReportTable(
                        "At temperature 0 on held-out text",
                        ["Policy", "RM score", "Gold preference against human", "Mean length (tokens)", "Copied words"],
                        [["Lead baseline", "−0.31", "22.4%", "14.0", "100.0%"], ["SFT", "0.04", "35.1%", "9.1", "58.3%"], ["PPO", "1.66", "41.2%", "9.8", "61.0%"], ["Human", "0.00", "", "8.7", "49.9%"]]),
                ]),
                new("Samples",
                [
                    new SampleTable(
                        ["Human", "SFT", "PPO"],
                        [
                            new(
                                "libmnl0",
                                "libmnl is a minimalistic user-space library oriented to Netlink developers.\nThere are a lot of common tasks in parsing, validating, constructing of both the Netlink header and TLVs that are repetitive and easy to get wrong. This library aims to provide simple helpers that allows you to re-use code and to avoid re-inventing the wheel.\n\nThe main features of this library are: small, simple, easy to use, easy to re-use, decoupling.",
                                [new("minimalistic Netlink communication library", "RM 0.00"), new("netlink messaging library", "RM 0.12 · gold 0.31"), new("minimalistic user-space library for Netlink developers", "RM 1.93 · gold 0.52")]),
                            new(
                                "evil <script>alert('title')</script>",
                                "A description with <script>alert(1)</script> & \"quotes\" and </td></table> in it.",
                                [new("<script>alert(2)</script>"), new("a & b < c"), new("</div><img src=x onerror=alert(3)>", "<b>note</b>")]),
                            new("", "", [new("an answer to nothing"), new(""), new("שלום עולם")]),
                        ]),
                ]),
                new("Corner cases",
                [
                    new Plot { Title = "An empty plot", X = new("step"), Y = new("loss"), Series = [PlotSeries.Of("nothing", [])] },
                    new Plot { Title = "A single point", X = new("step"), Y = new("loss"), Series = [PlotSeries.Of("one", [(3, 0.125)])] },
                    new Plot
                    {
                        Title = "Gaps where the loss was NaN",
                        X = new("tokens"),
                        Y = new("learning rate"),
                        Series =
                        [
                            PlotSeries.Of("with gaps", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, i is 20 or (> 33 and < 40) ? double.NaN : 3e-5 * (1 + Math.Sin(i / 9.0))))),
                            PlotSeries.Of("constant", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, 4e-5))),
                            PlotSeries.Of("third", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, 1e-5 + (i * 1e-7)))),
                            PlotSeries.Of("fourth", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, 2e-5 - (i * 1e-7)))),
                            PlotSeries.Of("fifth", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, 5e-5 - (i * 3e-7)))),
                            PlotSeries.Of("sixth, with a long name to wrap the legend", Enumerable.Range(0, 60).Select(i => (i * 250_000.0, 5.5e-5 - (i * 1e-7)))),
                        ],
                    },
                    new ReportListing("Configuration", "ppo.epochs = 4\nppo.kl-coefficient = 0.05\nrun.kind = demo\n"),
                ]),
            ],
            Footnotes =
            [
                "The labeler is simulated: it prefers the summary that overlaps more with a hidden human synopsis, and errs at random as often as the paper's labelers disagreed.",
                "Intervals are Wilson's at 95%.",
            ],
        };
    }

    private static PlotSeries Series(string name, int count, int stride, Func<double, double> value) =>
        PlotSeries.Of(name, Enumerable.Range(0, count).Select(i => ((double)(i * stride), value(i * stride))));

    private static PlotSeries Noisy(string name, int count, Func<double, double> value, double noise, Random random) =>
        PlotSeries.Of(name, Enumerable.Range(0, count).Select(i => ((double)i, value(i) + (noise * (random.NextDouble() + random.NextDouble() - 1)))));

    private static PlotSeries Banded(string name, int count, int stride, Func<double, double> value, double half) =>
        new(name, [.. Enumerable.Range(0, count).Select(i => Around(i * stride, value(i * stride), half))]) { Style = SeriesStyle.LineAndDots };

    private static PlotPoint Around(double x, double y, double half) => new(x, y, y - half, y + half);
}
