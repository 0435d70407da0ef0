using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Nodes;

/// <summary>What the actors of a node do, apart from passing it around and writing it down. Only what the node's roles need is asked for.</summary>
public interface INodeWork
{
    /// <summary>What must be the same on all nodes of a run, in a word, which has no comma and no #; a node that differs is not let in.</summary>
    string Fingerprint { get; }

    /// <summary>Which episodes there are and what counts as a result.</summary>
    EpisodeSettings Episodes { get; }

    /// <summary>How the learner goes about it.</summary>
    LearnerSettings Learner { get; }

    /// <summary>How a rollout goes about it.</summary>
    /// <param name="name">What it is called.</param>
    RolloutSettings Rollout(string name);

    /// <summary>How a scorer goes about it.</summary>
    /// <param name="name">What it is called.</param>
    RewardScorerSettings Scorer(string name);

    /// <summary>What a role of the node computes on, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    string Device(NodeRoles role) => "cpu";

    /// <summary>Hears what becomes of the node's responses; null where nobody does.</summary>
    IResponseObserver? Responses => null;

    /// <summary>Samples of the last updates, where the learner is; null where none are kept.</summary>
    RecentSamples? Samples => null;

    /// <summary>What episodes are about, in words; null where they are about nothing.</summary>
    IEpisodeTexts? Texts => null;

    /// <summary>The figures of the last update, where the learner is.</summary>
    UpdateFigures? LastUpdate => null;

    /// <summary>An episode's query; from any thread.</summary>
    int[] Query(long episode);

    /// <summary>A response as operators read it; from any thread.</summary>
    string Text(int[] response) => string.Join(' ', response);

    /// <summary>Makes what trains, on the learner's thread.</summary>
    /// <param name="publish">Takes a copy of each version.</param>
    ITrainer MakeTrainer(Action<long, ParameterBlock> publish);

    /// <summary>Makes what generates, on the rollout's thread.</summary>
    /// <param name="parameters">Where weights come from.</param>
    IGeneration MakeGeneration(IParameterSource parameters);

    /// <summary>Makes what scores, on the scorer's thread.</summary>
    IScorer MakeScorer();
}
