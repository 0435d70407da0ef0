using ActorRlhf.Model.Text;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Data;

/// <summary>Turns records into queries and responses, and responses back into text.</summary>
public sealed class SummaryTask
{
    private readonly QueryTemplate _template;

    /// <param name="settings">What a query looks like and how long things may be.</param>
    /// <param name="tokenizer">Makes the tokens.</param>
    public SummaryTask(TaskSettings settings, ByteLevelBpe tokenizer)
    {
        Settings = settings;
        Tokenizer = tokenizer;
        Response = ResponseFormat.Of(tokenizer, settings.ResponseLength);
        _template = new QueryTemplate
        {
            Format = settings.Format,
            TruncateField = settings.TruncateField,
            TruncateText = settings.TruncateText,
            Length = settings.QueryLength,
        };
    }

    /// <summary>The task as data.</summary>
    public TaskSettings Settings { get; }

    /// <summary>What the tokens are.</summary>
    public ByteLevelBpe Tokenizer { get; }

    /// <summary>How responses end and how long they may be.</summary>
    public ResponseFormat Response { get; }

    /// <summary>The query's tokens, not padded.</summary>
    /// <exception cref="UserErrorException">The record lacks a field of the format.</exception>
    public int[] Query(SummaryExample example) => [.. _template.Encode(Tokenizer, example.Fields).Tokens];

    /// <summary>A summary's tokens with the end of text, without the space around it; one that is too long is cut before its end.</summary>
    public int[] Answer(string summary) => Response.Encode(Tokenizer, Settings.ReferencePrefix + summary.Trim(), truncate: true);

    /// <summary>Whether a summary fits the response length uncut.</summary>
    public bool Fits(string summary) => Tokenizer.Encode(Settings.ReferencePrefix + summary.Trim()).Length < Settings.ResponseLength;

    /// <summary>A response's text, without its end and the space around it.</summary>
    public string Text(ReadOnlySpan<int> response) => Response.Decode(Tokenizer, response).Trim();

    /// <summary>Query, reference summary and end of text, with a loss on all of it (pretraining) or on the summary alone (fine-tuning).</summary>
    public TrainingSequence Sequence(SummaryExample example, bool summaryOnly)
    {
        var query = Query(example);
        return new TrainingSequence([.. query, .. Answer(example.Reference)], summaryOnly ? query.Length : 1);
    }
}
