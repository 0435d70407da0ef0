using System.Globalization;
using ActorRlhf.Model.Storage;

// Saves checkpoints of a growing step as fast as it can until it is killed; a line with the step follows each finished save.
// Every value of a checkpoint is a function of its step, so that a mixture of two is seen.
//   ActorRlhf.Model.Tests.Writer <directory> <values per tensor>
var store = new CheckpointStore(args[0], keep: 2);
var count = int.Parse(args[1], CultureInfo.InvariantCulture);
float[] weights = new float[count], moments = new float[count];
var content = new CheckpointContent
{
    Networks = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("w", weights, count) },
    Optimizers = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("exp_avg", moments, count) },
};
var loaded = store.LoadLatest(content);
for (var step = (loaded?.State.Step ?? 0) + 1; ; step++)
{
    Array.Fill(weights, step);
    Array.Fill(moments, -step);
    store.Save(new CheckpointState { Step = step, Seed = step }, content);
    Console.WriteLine(step.ToString(CultureInfo.InvariantCulture));
}
