using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Host.Runs;

/// <summary>Whether a model's folder and a task go together.</summary>
public static class TaskModel
{
    /// <summary>The task in the tokens of a model.</summary>
    /// <param name="folder">The model's folder, with its tokenizer.</param>
    /// <param name="settings">The task.</param>
    /// <exception cref="UserErrorException">There is no model or no tokenizer, or the task's texts are too long for it.</exception>
    public static SummaryTask Load(string folder, TaskSettings settings)
    {
        var config = PretrainedModel.ReadConfig(folder);
        var tokenizer = ByteLevelBpe.Load(folder);
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new UserErrorException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the model {config.VocabularySize}; give a folder where both are of one model");
        }
        RequireFits(settings, config);
        return new SummaryTask(settings, tokenizer);
    }

    /// <summary>The reward model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="task">The task, in the tokens of the policy that is scored.</param>
    /// <returns>The model; the caller owns its network.</returns>
    /// <exception cref="UserErrorException">There is none, or it is of other tokens or too short for the task.</exception>
    public static RewardModel LoadReward(string folder, SummaryTask task)
    {
        RequireReward(folder, task);
        return new RewardModel(PretrainedModel.LoadScalar(folder), task.Tokenizer.EndOfText);
    }

    /// <summary>Does nothing if there is a reward model in a folder that goes with a task.</summary>
    /// <exception cref="UserErrorException">There is none, or it is of other tokens or too short for the task.</exception>
    public static void RequireReward(string folder, SummaryTask task)
    {
        var config = PretrainedModel.ReadConfig(folder);
        RequireFits(task.Settings, config);
        if (config.VocabularySize < task.Tokenizer.VocabularySize)
        {
            throw new UserErrorException(
                $"{folder}: the reward model knows {config.VocabularySize} tokens and the policy's tokenizer has {task.Tokenizer.VocabularySize}; give a reward model that was trained from the same model");
        }
    }

    /// <summary>Does nothing if query, response and the end that a reward model reads at fit the context.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public static void RequireFits(TaskSettings task, TransformerConfig config)
    {
        if (task.QueryLength + task.ResponseLength >= config.ContextLength)
        {
            throw new UserErrorException(
                $"query-length {task.QueryLength} and response-length {task.ResponseLength}, with one token for the end, do not fit context-length {config.ContextLength}; shorten one of them or take another model");
        }
    }
}
