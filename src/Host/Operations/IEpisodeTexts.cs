namespace ActorRlhf.Host.Operations;

/// <summary>What a run's episodes are about, in words. May be asked from any thread.</summary>
public interface IEpisodeTexts
{
    /// <summary>The human summary of an episode's text.</summary>
    string Reference(long episode);

    /// <summary>Tokens as text.</summary>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>A response as text, without its end and the space around it.</summary>
    string Summary(ReadOnlySpan<int> response);
}
