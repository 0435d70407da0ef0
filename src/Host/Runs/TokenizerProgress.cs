namespace ActorRlhf.Host.Runs;

/// <summary>Reports the share of a vocabulary that is learned as a phase of a run.</summary>
/// <param name="progress">Told of it.</param>
/// <param name="tokens">Tokens to have in the end.</param>
public sealed class TokenizerProgress(IRunProgress progress, int tokens) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => progress.Report(new RunProgress("tokenizer", (long)Math.Round(value * tokens), tokens, "tokens"));
}
