namespace ActorRlhf.Actors.Learning;

/// <summary>What the learner's time goes into.</summary>
public enum LearnerActivity
{
    /// <summary>It loads the last checkpoint.</summary>
    Loading,

    /// <summary>It takes the steps since then again.</summary>
    Replaying,

    /// <summary>It takes a step.</summary>
    Training,

    /// <summary>It writes a checkpoint.</summary>
    WritingCheckpoint,

    /// <summary>A batch is complete and being written to the journal.</summary>
    WaitingForJournal,

    /// <summary>The next batch is not complete.</summary>
    WaitingForEpisodes,

    /// <summary>It is paused, finished, or has failed.</summary>
    Idle,
}
