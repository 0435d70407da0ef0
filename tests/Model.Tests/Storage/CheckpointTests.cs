using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class CheckpointTests
{
    [Fact]
    public void Everything_saved_comes_back_bit_for_bit()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        var state = new CheckpointState
        {
            Step = 123,
            Seed = long.MinValue,
            MetricsPosition = 9_876_543_210,
            RandomStates = new Dictionary<string, ulong[]> { ["sampling"] = [0, ulong.MaxValue, 7], ["shuffle"] = [] },
            Values = new JsonObject { ["kl"] = 0.1 + 0.2, ["tiny"] = double.Epsilon, ["name"] = "größe \n \"x\"", ["list"] = new JsonArray(1, 2) },
        };
        Assert.Equal(folder["step-000123"], store.Save(state, Content(policy: 0.1f, value: -1e-45f)));

        var into = Content(0, 0);
        var loaded = store.LoadLatest(into)!;
        Assert.Empty(loaded.Messages);
        Assert.Equal(folder["step-000123"], loaded.Directory);
        AssertContent(Content(policy: 0.1f, value: -1e-45f), into);
        Assert.Equal((123, long.MinValue, 9_876_543_210), (loaded.State.Step, loaded.State.Seed, loaded.State.MetricsPosition));
        Assert.Equal([0, ulong.MaxValue, 7], loaded.State.RandomStates["sampling"]);
        Assert.Empty(loaded.State.RandomStates["shuffle"]);
        Assert.Equal(0.1 + 0.2, loaded.State.Value<double>("kl"));
        Assert.Equal(double.Epsilon, loaded.State.Value<double>("tiny"));
        Assert.Equal("größe \n \"x\"", loaded.State.Value<string>("name"));
        Assert.Equal([1, 2], loaded.State.Value<int[]>("list"));
        Assert.Contains("no value \"beta\"", Assert.Throws<UserErrorException>(() => loaded.State.Value<double>("beta")).Message, StringComparison.Ordinal);
        Assert.Contains("\"name\" is not a Double", Assert.Throws<UserErrorException>(() => loaded.State.Value<double>("name")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checksums_are_those_of_sha256sum()
    {
        using var folder = new TemporaryDirectory();
        var saved = Save(new CheckpointStore(folder.Path), 1);
        var start = new ProcessStartInfo("sha256sum", ["-c", "--strict", "SHA256SUMS"]) { WorkingDirectory = saved, RedirectStandardOutput = true };
        using var check = Process.Start(start)!;
        Assert.Equal(3, check.StandardOutput.ReadToEnd().Split('\n').Count(line => line.EndsWith(": OK", StringComparison.Ordinal)));
        check.WaitForExit();
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public void Nothing_saved_is_nothing_to_load()
    {
        using var folder = new TemporaryDirectory();
        Assert.Null(new CheckpointStore(folder["none"]).LoadLatest(Content(0, 0)));
        Assert.Null(new CheckpointStore(folder.Path).LoadLatest(Content(0, 0)));
    }

    [Fact]
    public void A_part_of_the_networks_can_be_loaded()
    {
        using var folder = new TemporaryDirectory();
        Save(new CheckpointStore(folder.Path), 5);
        var policy = Network(0);
        new CheckpointStore(folder.Path).LoadLatest(new CheckpointContent { Networks = new Dictionary<string, INamedTensors> { ["policy"] = policy } });
        Assert.Equal(5, policy.Read("wte.weight")[0]);
    }

    [Fact]
    public void The_last_k_are_kept()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path, keep: 2);
        foreach (var step in new[] { 1, 2, 10, 1_000_000 }) Save(store, step);
        Assert.Equal([folder["step-000010"], folder["step-1000000"]], store.List());
        Assert.Equal(1_000_000, store.LoadLatest(Content(0, 0))!.State.Step);
        Assert.Equal(["latest", "step-000010", "step-1000000"], Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Throws<UserErrorException>(() => new CheckpointStore(folder.Path, keep: 0));
    }

    [Fact]
    public void A_damaged_checkpoint_does_not_count_towards_those_kept()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path, keep: 2);
        Save(store, 1);
        Truncate(Path.Combine(Save(store, 2), "model.safetensors"));
        Save(store, 3);
        Assert.Equal([folder["step-000001"], folder["step-000002"], folder["step-000003"]], store.List());
        Save(store, 4);
        Assert.Equal([folder["step-000003"], folder["step-000004"]], store.List());
    }

    [Fact]
    public void Saving_a_step_again_replaces_it()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Save(store, 7);
        store.Save(new CheckpointState { Step = 7 }, Content(70, 70));
        var into = Content(0, 0);
        store.LoadLatest(into);
        AssertContent(Content(70, 70), into);
        Assert.Single(store.List());
    }

    [Fact]
    public void A_run_that_was_set_back_goes_on_from_where_it_was_set_to()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path, keep: 2);
        Save(store, 1);
        Save(store, 5);
        File.WriteAllText(folder["latest"], "step-000001\n");
        Assert.Equal(1, store.LoadLatest(Content(0, 0))!.State.Step);
        Save(store, 2);
        Save(store, 3);
        Assert.Equal(3, store.LoadLatest(Content(0, 0))!.State.Step);
        File.Delete(folder["step-000003", "state.json"]);
        Assert.Equal(2, store.LoadLatest(Content(0, 0))!.State.Step);
    }

    [Fact]
    public void The_highest_step_is_found_though_a_process_of_the_past_has_saved_an_earlier_one_since()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path, keep: 2);
        foreach (var step in new[] { 8, 16, 24 }) Save(store, step);
        Save(store, 8);
        Assert.Equal(24, store.LoadHighest(Content(0, 0))!.State.Step);
        Truncate(folder["step-000024", "model.safetensors"]);
        var loaded = store.LoadHighest(Content(0, 0))!;
        Assert.Equal(16, loaded.State.Step);
        Assert.Equal(2, loaded.Messages.Count);
        Assert.Null(new CheckpointStore(folder["none"]).LoadHighest(Content(0, 0)));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("state.json")]
    [InlineData("SHA256SUMS")]
    public void A_damaged_newest_checkpoint_is_passed_over_and_said_so(string file)
    {
        Action<string>[] damages = [File.Delete, Truncate, FlipLastBit, path => File.WriteAllText(path, "")];
        foreach (var damage in damages)
        {
            using var folder = new TemporaryDirectory();
            var store = new CheckpointStore(folder.Path);
            Save(store, 1);
            Save(store, 2);
            damage(Path.Combine(folder["step-000002"], file));
            var into = Content(0, 0);
            var loaded = store.LoadLatest(into)!;
            Assert.Equal(1, loaded.State.Step);
            AssertContent(Content(1, 1), into);
            Assert.Contains($"checkpoint {folder["step-000002"]} is passed over: ", loaded.Messages[0], StringComparison.Ordinal);
            Assert.Equal($"resuming from {folder["step-000001"]} instead", loaded.Messages[1]);
            Assert.Contains("use another checkpoint", Assert.Throws<UserErrorException>(() => Checkpoint.Load(folder["step-000002"], into)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_lost_newest_directory_is_said_too()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Save(store, 1);
        Directory.Delete(Save(store, 2), recursive: true);
        var loaded = store.LoadLatest(Content(0, 0))!;
        Assert.Equal(1, loaded.State.Step);
        Assert.Contains("step-000002, which", loaded.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void When_all_are_damaged_each_is_named_and_nothing_is_loaded()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Truncate(Path.Combine(Save(store, 1), "model.safetensors"));
        FlipLastBit(Path.Combine(Save(store, 2), "optimizer.safetensors"));
        var into = Content(0, 0);
        var error = Assert.Throws<UserErrorException>(() => store.LoadLatest(into));
        Assert.Contains("step-000001 is passed over: model.safetensors is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("step-000002 is passed over: optimizer.safetensors is damaged", error.Message, StringComparison.Ordinal);
        AssertContent(Content(0, 0), into);
    }

    [Fact]
    public void A_checkpoint_of_another_shape_is_refused_naming_the_tensor_and_both_shapes_and_changes_nothing()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Save(store, 1);
        var wte = new float[6];
        var other = new ArrayTensors().Add("a.bias", new float[2], 2).Add("wte.weight", wte, 2, 3);
        var error = Assert.Throws<UserErrorException>(() => store.LoadLatest(Policy(other)));
        Assert.Equal(
            $"{folder["step-000001", "model.safetensors"]}: tensor \"policy/wte.weight\" has shape [3, 2], but this model's is [2, 3]; resume with the model settings the run began with, or start a new run",
            error.Message);
        Assert.All(wte, value => Assert.Equal(0, value));
        Assert.All(other.Read("a.bias").ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_checkpoint_with_other_tensors_or_networks_is_refused()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Save(store, 1);
        var less = new ArrayTensors().Add("wte.weight", new float[6], 3, 2);
        Assert.Contains("tensor \"policy/a.bias\" [2] has no place in this model", Assert.Throws<UserErrorException>(() => store.LoadLatest(Policy(less))).Message, StringComparison.Ordinal);
        var more = Network(0).Add("h.1.bias", new float[1], 1);
        Assert.Contains("no tensor \"policy/h.1.bias\"", Assert.Throws<UserErrorException>(() => store.LoadLatest(Policy(more))).Message, StringComparison.Ordinal);
        var content = new CheckpointContent { Networks = new Dictionary<string, INamedTensors> { ["reward"] = Network(0) } };
        Assert.Contains("no network \"reward\" (it has: policy, value)", Assert.Throws<UserErrorException>(() => store.LoadLatest(content)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Weights_that_are_not_finite_are_refused_on_load_naming_the_tensor_and_the_first_index(float bad, string shown)
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        var saved = Save(store, 1);
        // Not by Save, which refuses too: by another program that keeps the checksums right.
        var path = Path.Combine(saved, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.NaN);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 12), bad);
        File.WriteAllBytes(path, bytes);
        var sums = Path.Combine(saved, "SHA256SUMS");
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        File.WriteAllLines(sums, File.ReadAllLines(sums).Select(line => line.EndsWith("  model.safetensors", StringComparison.Ordinal) ? $"{digest}  model.safetensors" : line));
        var error = Assert.Throws<UserErrorException>(() => store.LoadLatest(Content(0, 0)));
        Assert.Equal($"{path}: tensor \"value/wte.weight\" has {shown} at index 3; weights must be finite: use an earlier checkpoint or another file", error.Message);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_not_saved()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        Save(store, 1);
        var content = Content(2, 2);
        content.Networks["value"].Write("a.bias", [1, float.PositiveInfinity]);
        var error = Assert.Throws<UserErrorException>(() => store.Save(new CheckpointState { Step = 2 }, content));
        Assert.Contains("tensor \"value/a.bias\" has Infinity at index 1; training diverged", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.LoadLatest(Content(0, 0))!.State.Step);
        Assert.Equal(["latest", "step-000001"], Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_of_another_store_is_received_and_those_beyond_the_number_are_deleted()
    {
        using var folder = new TemporaryDirectory();
        var (there, here) = (new CheckpointStore(folder["there"], keep: 3), new CheckpointStore(folder["here"], keep: 2));
        Assert.Equal((-1, false), (here.NewestStep, here.Has(1)));
        foreach (var step in new[] { 1, 2, 3 })
        {
            var saved = Save(there, step);
            Assert.True(await here.ReceiveAsync(step, into => CopyTo(saved, into)));
            Assert.Equal((step, true), ((int)here.NewestStep, here.Has(step)));
        }

        Assert.Equal([folder["here", "step-000002"], folder["here", "step-000003"]], here.List());
        var content = Content(0, 0);
        Assert.Equal(3, here.LoadLatest(content)!.State.Step);
        AssertContent(Content(3, 3), content);
        Assert.False(await here.ReceiveAsync(3, _ => throw new InvalidOperationException("it is here already")));
    }

    [Fact]
    public async Task What_arrives_damaged_or_unfinished_or_of_another_step_is_never_seen()
    {
        using var folder = new TemporaryDirectory();
        var (there, here) = (new CheckpointStore(folder["there"]), new CheckpointStore(folder["here"]));
        var saved = Save(there, 2);
        Save(here, 1);
        (string Said, Action<string> Damage)[] damages =
        [
            ("the checkpoint of step 2 has arrived damaged: model.safetensors is damaged", into => FlipLastBit(Path.Combine(into, "model.safetensors"))),
            ("the checkpoint of step 2 has arrived damaged: optimizer.safetensors is damaged", into => Truncate(Path.Combine(into, "optimizer.safetensors"))),
            ("the checkpoint of step 2 has arrived damaged: ", into => File.Delete(Path.Combine(into, "state.json"))),
            ("the checkpoint of step 2 has arrived damaged: ", into => File.WriteAllText(Path.Combine(into, "SHA256SUMS"), "")),
            ("", into => Directory.Delete(into, recursive: true)),
            ("the peer is gone", _ => throw new IOException("the peer is gone")),
        ];
        foreach (var (said, damage) in damages)
        {
            var error = await Assert.ThrowsAnyAsync<IOException>(() => here.ReceiveAsync(2, async into =>
            {
                await CopyTo(saved, into);
                damage(into);
            }));
            Assert.StartsWith(said, error.Message, StringComparison.Ordinal);
            AssertUntouched();
        }

        var other = await Assert.ThrowsAsync<IOException>(() => here.ReceiveAsync(3, into => CopyTo(saved, into)));
        Assert.Equal("the checkpoint of step 3 is one of step 2", other.Message);
        AssertUntouched();

        void AssertUntouched()
        {
            Assert.Equal(["latest", "step-000001"], Directory.EnumerateFileSystemEntries(here.Directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
            Assert.Equal((1, 1), (here.NewestStep, here.LoadHighest(Content(0, 0))!.State.Step));
        }
    }

    [Fact]
    public async Task What_is_being_received_survives_who_loads_meanwhile_and_a_damaged_one_of_the_same_step_is_replaced()
    {
        using var folder = new TemporaryDirectory();
        var (there, here) = (new CheckpointStore(folder["there"]), new CheckpointStore(folder["here"]));
        var saved = Save(there, 2);
        Save(here, 1);
        Directory.CreateDirectory(here.PathOf(2));
        Assert.True(await here.ReceiveAsync(2, async into =>
        {
            Assert.Equal(1, here.LoadHighest(Content(0, 0))!.State.Step);
            await CopyTo(saved, into);
        }));
        Assert.Equal(2, here.LoadHighest(Content(0, 0))!.State.Step);
    }

    [Fact]
    public void A_state_of_a_later_format_is_refused_by_its_version()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["state.json"], """{"version": 2, "state": {"Step": 1}}""");
        Assert.Contains("version 2, this program reads 1", Assert.Throws<UserErrorException>(() => Checkpoint.ReadState(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_a_slash_cannot_be_a_networks()
    {
        using var folder = new TemporaryDirectory();
        var content = new CheckpointContent { Networks = new Dictionary<string, INamedTensors> { ["a/b"] = Network(0) } };
        Assert.Throws<ArgumentException>(() => Checkpoint.Save(folder["x"], new CheckpointState { Step = 0 }, content));
    }

    private static ArrayTensors Network(float value) => new ArrayTensors()
        .Add("wte.weight", [value, value, value, value, value, value], 3, 2)
        .Add("a.bias", [value, -value], 2);

    private static CheckpointContent Content(float policy, float value) => new()
    {
        Networks = new Dictionary<string, INamedTensors> { ["policy"] = Network(policy), ["value"] = Network(value) },
        Optimizers = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("exp_avg", [policy, 2 * policy], 2).Add("exp_avg_sq", [value, value], 2) },
    };

    private static CheckpointContent Policy(INamedTensors policy) => new() { Networks = new Dictionary<string, INamedTensors> { ["policy"] = policy } };

    private static string Save(CheckpointStore store, long step) => store.Save(new CheckpointState { Step = step }, Content(step, step));

    private static void AssertContent(CheckpointContent expected, CheckpointContent actual)
    {
        foreach (var (owner, tensors) in expected.Networks.Concat(expected.Optimizers).Zip(actual.Networks.Concat(actual.Optimizers)).Select(pair => (pair.First.Value, pair.Second.Value)))
        {
            foreach (var name in owner.Names)
            {
                Assert.Equal(
                    owner.Read(name).ToArray().Select(BitConverter.SingleToInt32Bits),
                    tensors.Read(name).ToArray().Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    private static Task CopyTo(string checkpoint, string into)
    {
        foreach (var file in Checkpoint.FileNames) File.Copy(Path.Combine(checkpoint, file), Path.Combine(into, file));
        return Task.CompletedTask;
    }

    private static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    private static void FlipLastBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
