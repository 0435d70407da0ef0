using ActorRlhf.Actors.Tests.Episodes;
using FsCheck;
using FsCheck.Fluent;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>Whatever happens in whatever order, every episode is trained on once.</summary>
public sealed class ExactlyOnceTests
{
    [Fact]
    public void Every_episode_is_trained_on_once_with_the_first_result_that_was_journaled_whatever_is_lost_doubled_late_or_crashes()
    {
        var runs = from total in Gen.Choose(1, 500)
                   from batch in Gen.Choose(1, 150)
                   from shards in Gen.Choose(1, 4)
                   from lag in Gen.Choose(0, 3)
                   from happenings in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), 400)
                   select (Settings: Runs.Settings(total, batch, shards, lag), Happenings: happenings);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20200902, 1), Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var world = new World(run.Settings);
            foreach (var happening in run.Happenings) world.Do(new Random(happening));
            world.Finish(new Random(1));
            world.CheckEnd();
        }));
    }
}
