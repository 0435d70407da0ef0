using System.Runtime.Versioning;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>Nodes that do not belong to the run whose database they were given.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class StrangerTests(ToyWorkspace toy)
{
    [Fact]
    public async Task A_node_whose_device_is_not_there_says_so_before_it_does_anything()
    {
        using var run = await ToyRun.Make(toy);
        var node = await run.Node("gpu", "rollout", "--set", "rlhf.rollout.device=cuda:99").End();
        Assert.Equal(1, node.Code);
        Assert.StartsWith("rlhf: rlhf.rollout.device is cuda:99: ", node.Error.Split('\n')[^2], StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public async Task A_node_with_another_model_or_other_settings_is_refused_and_the_others_go_on()
    {
        using var run = await ToyRun.Make(toy);
        var learner = run.Node("learner", "learner,episodes");
        await learner.Until(async () => (await run.Status("learner"))?.Phase == "training");
        var at = (await run.Status("learner"))!.Address;
        var narrow = await Narrow(run);
        Child[] strangers =
        [
            run.Node("other-model", "rollout", "--set", $"rlhf.cluster.model={narrow}"),
            run.Node("other-settings", "scorer", "--set", "rlhf.ppo.epochs=3"),
            run.Node("other-both", "learner,episodes", "--set", $"rlhf.cluster.model={narrow}", "--set", "rlhf.seed=7"),
        ];
        const string settings = "the settings (rlhf.seed, rlhf.task, rlhf.ppo, or the cluster's run, shards or max-policy-lag)";
        foreach (var (stranger, differs) in strangers.Zip(["the policy (rlhf.cluster.model) differs", $"{settings} differ", $"{settings} and the policy (rlhf.cluster.model) differ"]))
        {
            var refused = await stranger.End();
            Assert.Equal(1, refused.Code);
            Assert.Contains(
                $"rlhf: the node at {at} is of another run: {differs}; start this node with the run's own config.conf and models, or give it another database",
                refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal([at!], (await run.Status("learner"))!.Members);
        var worker = await run.Node("worker", "rollout,scorer").End();
        Assert.True(worker.Code == 0, worker.Error);
        Assert.Equal(0, (await learner.End()).Code);
        await run.AssertWhole(toy);

        // Nobody is left to ask, but the journal knows.
        var late = await run.Node("late", "learner,episodes", "--set", "rlhf.ppo.epochs=3").End();
        Assert.Equal(1, late.Code);
        Assert.Contains("the journal of the learner of run run was begun with another model, reward model, other texts or other settings", late.Error, StringComparison.Ordinal);
        await run.AssertWhole(toy);
    }

    // The run's policy with half the width, and so of another shape.
    private async Task<string> Narrow(ToyRun run)
    {
        var (model, _) = await toy.Models;
        var folder = run.In("narrow");
        using var policy = PretrainedModel.LoadTransformer(model);
        using var narrow = new Transformer(policy.Config with { Width = policy.Config.Width / 2 });
        Directory.CreateDirectory(folder);
        PretrainedModel.Save(folder, narrow);
        ByteLevelBpe.Load(model).Save(folder);
        return folder;
    }
}
