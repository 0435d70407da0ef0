using ActorRlhf.Model;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Host.Runs;

/// <summary>The dataset of Debian's package descriptions, in a folder.</summary>
public static class DebianData
{
    private const int FewExamples = 5_000; // an index gives tens of thousands, a bare machine's installed packages some hundreds

    /// <summary>Makes the dataset and saves it.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="index">Where packages come from.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="cancellation">Stops a refresh of the index.</param>
    /// <exception cref="UserErrorException">The machine has no package descriptions.</exception>
    public static SummaryDataset Make(string folder, DebianIndexOptions index, IRunProgress progress, CancellationToken cancellation)
    {
        progress.Report(new RunProgress("data", 0, 2, "parts", "package index"));
        var opened = DebianIndex.Open(index, cancellation);
        cancellation.ThrowIfCancellationRequested();
        progress.Report(new RunProgress("data", 1, 2, "parts", "cleaning"));
        var data = DebianDescriptions.Build(opened, new DebianCleaning());
        if (data.Train.Count == 0 || data.Validation.Count == 0 || data.Test.Count == 0)
            throw new UserErrorException($"{data.Source}: {data.Cleaning.Kept} usable descriptions are too few for three splits; run apt-get update, or allow a refresh of the index");
        data.Save(folder);
        progress.Report(new RunProgress("data", 2, 2, "parts"));
        progress.Note($"data: {data.Train.Count} training, {data.Validation.Count} validation and {data.Test.Count} test texts from {data.Source}");
        if (data.Cleaning.Kept < FewExamples)
            progress.Note($"data: only {data.Cleaning.Kept} texts, too few for good results; with a network connection, rlhf data debian --refresh fetches the whole index");
        return data;
    }

    /// <summary>A run's dataset: loaded, or made first where it is missing and the settings say how.</summary>
    /// <exception cref="UserErrorException">It is missing or damaged, or cannot be made.</exception>
    public static SummaryDataset Provide(RunSettings settings, IRunProgress progress, CancellationToken cancellation) =>
        !SummaryDataset.Exists(settings.Data) && settings.DebianIndex is { } own
            ? Make(settings.Data, new DebianIndexOptions { OwnFolder = own }, progress, cancellation)
            : SummaryDataset.Load(settings.Data);
}
