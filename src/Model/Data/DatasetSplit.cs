namespace ActorRlhf.Model.Data;

/// <summary>A part of a dataset, named after its use.</summary>
public enum DatasetSplit
{
    /// <summary>To learn from.</summary>
    Train,

    /// <summary>To choose hyperparameters by.</summary>
    Validation,

    /// <summary>To report on, once.</summary>
    Test,
}
