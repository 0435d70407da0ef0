using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class DebianDescriptionsTests
{
    private const string Text =
        "Frobnicate is a program that turns widgets inside out over a network, so that every sprocket can be inspected by its owner without tools.";

    private static DebianPackage Package(string name, string synopsis, string description, string? source = null, string section = "utils") =>
        new(name, source ?? name, section, synopsis, description);

    private static SummaryDataset Build(params DebianPackage[] packages) => DebianDescriptions.Build(packages, "a test", new DebianCleaning());

    private static IEnumerable<SummaryExample> All(SummaryDataset data) => data.Train.Concat(data.Validation).Concat(data.Test);

    private static SummaryDataset Many(int seed = 0, bool reversed = false)
    {
        // Two packages a source, whose words are their own.
        var packages = Enumerable.Range(0, 400).Select(i => Package($"p{i}", $"inspector for {Word(i, 0)} sprockets",
            string.Join(' ', Enumerable.Range(0, 20).Select(k => Word(i, k))) + " sprockets", $"s{i / 2}"));
        return DebianDescriptions.Build(reversed ? packages.Reverse() : packages, "a test", new DebianCleaning { Seed = seed, ValidationShare = 0.2, TestShare = 0.2 });

        static string Word(int package, int place)
        {
            var letters = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([(byte)package, (byte)(package >> 8), (byte)place]));
            return string.Concat(letters[..10].Select(c => (char)('a' + Convert.ToInt32(c.ToString(), 16))));
        }
    }

    [Fact]
    public void A_good_pair_is_kept_with_its_fields()
    {
        var data = Build(Package("frob", "inspects widgets and sprockets", Text));
        var example = Assert.Single(All(data));
        Assert.Equal("frob", example.Id);
        Assert.Equal("inspects widgets and sprockets", example.Reference);
        Assert.Equal(Text, example.Fields["description"]);
        Assert.Equal("frob", example.Fields["package"]);
        Assert.Equal("utils", example.Fields["section"]);
        Assert.Equal((1, 1, 0), (data.Cleaning.Raw, data.Cleaning.Kept, data.Cleaning.Dropped.Count));
    }

    [Theory]
    [InlineData("inspects widgets and sprockets", "", "utils", DropReason.NoDescription)]
    [InlineData("inspects widgets (transitional package)", Text, "utils", DropReason.Transitional)]
    [InlineData("inspects widgets and sprockets", Text, "oldlibs", DropReason.Transitional)]
    [InlineData("inspects widgets", Text + " This is a dummy package.", "utils", DropReason.Transitional)]
    [InlineData("widget inspector - debugging symbols", Text, "utils", DropReason.DebugSymbols)]
    [InlineData("inspects widgets and sprockets", "Inspects widgets.", "utils", DropReason.DescriptionTooShort)]
    [InlineData("widget inspector", Text, "utils", DropReason.SynopsisTooShort)]
    [InlineData("a b c d e f g h i j k l widgets", Text, "utils", DropReason.SynopsisTooLong)]
    [InlineData("frobnicate is a program", Text, "utils", DropReason.BeginsWithSynopsis)]
    [InlineData("something else entirely", Text, "utils", DropReason.NothingInCommon)]
    public void A_pair_not_worth_learning_from_is_dropped_and_counted(string synopsis, string description, string section, DropReason reason)
    {
        var data = Build(Package("frob", synopsis, description, section: section));
        Assert.Empty(All(data));
        Assert.Equal(1, data.Cleaning.Dropped[reason]);
    }

    [Fact]
    public void A_description_over_the_limit_is_dropped()
    {
        var data = Build(Package("frob", "inspects widgets and sprockets", string.Concat(Enumerable.Repeat(Text + " ", 8))));
        Assert.Equal(1, data.Cleaning.Dropped[DropReason.DescriptionTooLong]);
    }

    [Fact]
    public void Of_equal_descriptions_the_one_with_the_plainest_synopsis_stays()
    {
        var data = Build(
            Package("frob12", "inspects widgets and sprockets (old)", Text + " Version 12."),
            Package("frob13", "inspects widgets and sprockets", Text + " Version 13!"));
        Assert.Equal("frob13", Assert.Single(All(data)).Id);
        Assert.Equal(1, data.Cleaning.Dropped[DropReason.SameDescription]);
    }

    [Theory]
    [InlineData(" - development files")]
    [InlineData(" (documentation)")]
    [InlineData(" -- shared library (Python 3)")]
    public void Synopses_that_differ_by_a_role_count_as_one(string suffix)
    {
        var data = Build(
            Package("one", "inspects widgets and sprockets", Text),
            Package("two", "inspects widgets and sprockets" + suffix, "Headers with which programs may call the widgets library from any language; they are of no use to anybody who does not write programs."));
        Assert.Equal("one", Assert.Single(All(data)).Id);
        Assert.Equal(1, data.Cleaning.Dropped[DropReason.SameSynopsis]);
    }

    [Fact]
    public void A_suffix_that_says_something_does_not_make_synopses_equal()
    {
        var data = Build(
            Package("one", "Widgets suite - inspector", Text),
            Package("two", "Widgets suite - painter", "Headers with which programs may call the painter library from any language; they are of no use to anybody who does not write programs."));
        Assert.Equal([], data.Cleaning.Dropped);
        Assert.Equal(2, data.Cleaning.Kept);
    }

    [Fact]
    public void Siblings_that_say_nearly_the_same_count_as_one_but_strangers_do_not()
    {
        var basque = Package("l10n-eu", "Basque widgets for all", Text + " Basque", "l10n");
        var czech = Package("l10n-cs", "Czech widgets for you", Text + " Czech", "l10n");
        Assert.Equal("l10n-cs", Assert.Single(All(Build(basque, czech))).Id);
        Assert.Equal(1, Build(basque, czech).Cleaning.Dropped[DropReason.SimilarSibling]);
        Assert.DoesNotContain(DropReason.SimilarSibling, Build(basque, czech with { Source = "other" }).Cleaning.Dropped.Keys);
    }

    [Fact]
    public void A_description_of_shared_phrases_alone_is_dropped()
    {
        const string shared = "This package contains the source for the following crate, packaged by robots for use with other robots, as all of them are: ";
        var packages = Enumerable.Range(0, 30).Select(i => Package($"p{i}", $"crate of p{i}", shared + $"thing{(char)('a' + i)}.")).ToArray();
        Assert.Equal(30, Build(packages).Cleaning.Dropped[DropReason.Boilerplate]);
    }

    [Fact]
    public void Siblings_are_never_in_two_splits()
    {
        var data = Many();
        var train = data.Train.Select(Source).ToHashSet();
        var validation = data.Validation.Select(Source).ToHashSet();
        var test = data.Test.Select(Source).ToHashSet();
        Assert.NotEmpty(test);
        Assert.NotEmpty(validation);
        Assert.False(train.Overlaps(validation) || train.Overlaps(test) || validation.Overlaps(test));
        Assert.Equal(400, data.Cleaning.Kept);
        Assert.InRange(test.Count, 20, 60);

        static int Source(SummaryExample example) => int.Parse(example.Id[1..], System.Globalization.CultureInfo.InvariantCulture) / 2;
    }

    [Fact]
    public void A_held_out_text_that_training_has_too_is_dropped()
    {
        var cleaning = new DebianCleaning();
        var names = Enumerable.Range(0, 200).Select(i => $"n{i}").ToLookup(n => DebianDescriptions.SplitOf(n, cleaning));
        var data = DebianDescriptions.Build(
            [
                Package(names[DatasetSplit.Test].First(), "inspects widgets and sprockets", Text + " Tested."),
                Package(names[DatasetSplit.Train].First(), "inspector of widgets, sprockets", Text + " Trained."),
            ], "a test", cleaning);
        Assert.Empty(data.Test);
        Assert.Single(data.Train);
        Assert.Equal(1, data.Cleaning.Dropped[DropReason.SeenInTraining]);
    }

    [Fact]
    public void The_order_depends_on_the_seed_alone()
    {
        var ids = Many().Train.Select(e => e.Id).ToList();
        Assert.Equal(ids, Many(reversed: true).Train.Select(e => e.Id));
        var other = Many(seed: 1).Train.Select(e => e.Id).ToList();
        Assert.NotEqual(ids, other);
        Assert.Equal(ids.Order(), other.Order());
    }

    [Fact]
    public void A_setting_out_of_range_is_a_user_error_that_names_it()
    {
        var error = Assert.Throws<UserErrorException>(() => DebianDescriptions.Build([], "", new DebianCleaning { TestShare = 1.5 }));
        Assert.Contains("TestShare is 1.5", error.Message, StringComparison.Ordinal);
    }
}
