using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Generation;

/// <summary>Cached, continuously batched generation against one full forward pass over each finished sequence.</summary>
public sealed class GenerationTests
{
    private const int EndOfText = 0;

    private static readonly TransformerConfig Small = new() { VocabularySize = 61, ContextLength = 48, Width = 40, Layers = 3, Heads = 4 };

    private static readonly SamplingSettings Settings = new() { MaxResponseTokens = 20, Slots = 5, Threads = 2 };

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public void The_kernels_logits_are_those_of_a_full_forward_pass(bool wide, int threads)
    {
        using var policy = Policy(Small);
        using var team = new ThreadTeam(threads);
        using var decoder = new CpuDecoder(Small, policy.Parameters, 4, 48, team, wide);
        JoiningAndLeaving(policy, decoder);
    }

    [Fact]
    public void The_tensor_path_gives_the_same_logits()
    {
        using var policy = Policy(Small);
        using var decoder = new TensorDecoder(Small, policy.Parameters, 4, 48);
        JoiningAndLeaving(policy, decoder);
    }

    [Fact]
    public void Logits_have_the_same_bits_read_at_once_or_one_by_one_alone_or_in_a_crowd_with_any_threads()
    {
        using var policy = Policy(Small);
        var tokens = Tokens(9, 30);
        var expected = new float[Small.VocabularySize];
        for (var threads = 1; threads <= 3; threads++)
        {
            using var team = new ThreadTeam(threads);
            using var decoder = new CpuDecoder(Small, policy.Parameters, 8, 40, team);
            decoder.Advance([new(3, tokens)]);
            if (threads == 1) expected = decoder.Logits(0).ToArray();
            Assert.Equal(expected, decoder.Logits(0));

            for (var slot = 0; slot < 8; slot++) decoder.Clear(slot);
            for (var i = 0; i < tokens.Length; i++)
            {
                var others = Enumerable.Range(0, 4).Where(slot => (slot + i) % 3 == 0)
                    .Select(slot => new SlotTokens(slot, Tokens(slot, 2)));
                SlotTokens[] inputs = [new(5, tokens.AsMemory(i, 1)), .. others];
                decoder.Advance(inputs);
            }

            Assert.Equal(expected, decoder.Logits(0));
        }
    }

    [Fact]
    public void A_prefill_of_more_rows_than_one_pass_takes_is_right()
    {
        var config = Small with { ContextLength = 200 };
        using var policy = Policy(config);
        using var team = new ThreadTeam(2);
        using var decoder = new CpuDecoder(config, policy.Parameters, 3, 200, team);
        int[][] queries = [Tokens(1, 200), Tokens(2, 3), Tokens(3, 190)];
        decoder.Advance([new(2, queries[0]), new(0, queries[1]), new(1, queries[2])]);
        for (var i = 0; i < 3; i++) Close(Full(policy, queries[i])[^1], decoder.Logits(i));
    }

    [Fact]
    public void Log_probabilities_are_those_of_one_full_forward_pass_for_rows_that_join_and_leave_at_different_times()
    {
        using var policy = Policy(Small);
        using var generator = new ResponseGenerator(policy, Settings with { Temperature = 0.8 }, 28, EndOfText, seed: 7);
        var completions = generator.Generate(Queries(30)).ToArray();
        Assert.Equal(30, completions.Length);
        Assert.Contains(completions, completion => completion.Ended);
        Assert.True(completions.Select(completion => completion.Response.Length).Distinct().Count() > 4);
        foreach (var completion in completions)
        {
            var logits = Full(policy, [.. completion.Query, .. completion.Response]);
            for (var i = 0; i < completion.Response.Length; i++)
            {
                var row = logits[completion.Query.Length - 1 + i];
                var expected = (row[completion.Response[i]] / 0.8) - Math.Log(row.Sum(logit => Math.Exp(logit / 0.8)));
                Assert.Equal(expected, completion.LogProbabilities[i], 1e-4);
            }

            Assert.Equal(completion.Ended, completion.Response[^1] == EndOfText);
            Assert.DoesNotContain(EndOfText, completion.Response[..^1]);
            Assert.True(completion.Ended || completion.Response.Length == Settings.MaxResponseTokens);
        }
    }

    [Fact]
    public void An_episode_gets_the_same_response_alone_and_in_any_crowd()
    {
        using var policy = Policy(Small);
        var queries = Queries(12);
        using var crowd = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 1);
        var together = crowd.Generate(queries).ToDictionary(completion => completion.EpisodeId);
        var reversed = crowd.Generate(queries.Reverse()).ToDictionary(completion => completion.EpisodeId);
        using var single = new ResponseGenerator(policy, Settings with { Slots = 1, Threads = 1 }, 28, EndOfText, seed: 1);
        foreach (var query in queries)
        {
            var alone = Assert.Single(single.Generate([query]));
            foreach (var other in new[] { together[query.EpisodeId], reversed[query.EpisodeId] })
            {
                Assert.Equal(alone.Response, other.Response);
                Assert.Equal(alone.LogProbabilities, other.LogProbabilities);
            }
        }
    }

    [Fact]
    public void Another_seed_or_another_episode_draws_other_responses()
    {
        using var policy = Policy(Small);
        using var first = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 1);
        using var second = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 2);
        var query = Tokens(4, 6);
        var a = Assert.Single(first.Generate([new Query(1, query)]));
        var b = Assert.Single(first.Generate([new Query(2, query)]));
        var c = Assert.Single(second.Generate([new Query(1, query)]));
        Assert.NotEqual(a.Response, b.Response);
        Assert.NotEqual(a.Response, c.Response);
    }

    [Fact]
    public void Queries_are_pulled_only_when_a_slot_is_free()
    {
        using var policy = Policy(Small);
        using var generator = new ResponseGenerator(policy, Settings with { Slots = 3 }, 28, EndOfText, seed: 3);
        var pulled = 0;
        var finished = 0;
        foreach (var _ in generator.Generate(Source()))
        {
            finished++;
            Assert.InRange(pulled, finished, finished + 3);
        }

        Assert.Equal(20, finished);

        IEnumerable<Query> Source()
        {
            foreach (var query in Queries(20))
            {
                pulled++;
                Assert.InRange(pulled - finished, 1, 3 + 3); // up to three may have finished in the step before
                yield return query;
            }
        }
    }

    [Fact]
    public void Parameters_change_between_two_steps_and_their_versions_are_recorded()
    {
        using var policy = Policy(Small);
        using var other = new Transformer(Small).Initialize(99);
        var settings = Settings with { Greedy = true, MaxResponseTokens = 4 };
        using var generator = new ResponseGenerator(policy, settings, 28, endOfText: -1, seed: 0, version: 10);
        var query = Tokens(2, 5);
        var finished = new List<Completion>();
        generator.Add(new Query(1, query));
        generator.Step(finished);
        generator.Step(finished);
        generator.Use(other.Parameters, 11);
        generator.Add(new Query(2, query));
        while (generator.Active > 0) generator.Step(finished);

        var crossing = finished.Single(completion => completion.EpisodeId == 1);
        var later = finished.Single(completion => completion.EpisodeId == 2);
        Assert.Equal((10, 11), (crossing.FirstVersion, crossing.LastVersion));
        Assert.Equal((11, 11), (later.FirstVersion, later.LastVersion));
        Assert.Equal(Greedy(policy, query, 2), crossing.Response[..2]);
        Assert.Equal(Greedy(other, query, 4), later.Response);
    }

    [Fact]
    public void A_query_can_have_a_tighter_limit_of_its_own()
    {
        using var policy = Policy(Small);
        using var generator = new ResponseGenerator(policy, Settings, 28, endOfText: -1, seed: 3);
        Query[] queries = [new(1, Tokens(1, 3), 7), new(2, Tokens(2, 3)), new(3, Tokens(3, 3), 900)];
        var completions = generator.Generate(queries).ToDictionary(completion => completion.EpisodeId);
        Assert.Equal([7, 20, 20], new long[] { 1, 2, 3 }.Select(id => completions[id].Response.Length));
        var error = Assert.Throws<UserErrorException>(() => generator.Add(new Query(4, Tokens(1, 3), 0)));
        Assert.Contains("episode 4 is limited to 0 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_comes_between_two_steps_and_leaves_the_generator_usable()
    {
        using var policy = Policy(Small);
        using var generator = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 3);
        using var source = new CancellationTokenSource();
        var seen = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in generator.Generate(Queries(20), source.Token))
            {
                if (++seen == 4) source.Cancel();
            }
        });
        Assert.InRange(seen, 4, 4 + Settings.Slots);
        Assert.Equal(0, generator.Active);
        Assert.Equal(20, generator.Generate(Queries(20)).Count());
    }

    [Fact]
    public void A_query_that_is_empty_or_too_long_is_an_error_that_says_what_to_do()
    {
        using var policy = Policy(Small);
        using var generator = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 3);
        var error = Assert.Throws<UserErrorException>(() => generator.Generate([new Query(42, new int[29])]).ToArray());
        Assert.Contains("episode 42 has 29 tokens, but at most 28", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<UserErrorException>(() => generator.Generate([new Query(43, [])]).ToArray());
        Assert.Contains("episode 43 has no tokens", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<UserErrorException>(() => new ResponseGenerator(policy, Settings, 29, EndOfText, seed: 3));
        Assert.Contains("need 49 positions, but the policy's context is 48", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_in_the_weights_is_an_error_that_names_the_episode()
    {
        using var policy = Policy(Small);
        policy.Parameters.Set("ln_f.bias", Enumerable.Repeat(float.NaN, Small.Width).ToArray());
        using var generator = new ResponseGenerator(policy, Settings, 28, EndOfText, seed: 3);
        var error = Assert.Throws<ArithmeticException>(() => generator.Generate([new Query(42, Tokens(1, 3))]).ToArray());
        Assert.Contains("episode 42, response token 0: the logit of token 0 is NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoder_refuses_what_does_not_fit_and_changes_nothing()
    {
        using var policy = Policy(Small);
        using var team = new ThreadTeam(1);
        IDecoder[] decoders = [new CpuDecoder(Small, policy.Parameters, 2, 10, team), new TensorDecoder(Small, policy.Parameters, 2, 10)];
        foreach (var decoder in decoders)
        {
            decoder.Advance([new(0, Tokens(1, 4))]);
            foreach (var (inputs, message) in new (SlotTokens[], string)[]
                     {
                         ([new(2, Tokens(1, 1))], "slot 2 does not exist"),
                         ([new(1, Tokens(1, 1)), new(1, Tokens(1, 1))], "slot 1 is named twice"),
                         ([new(0, ReadOnlyMemory<int>.Empty)], "slot 0 was given no tokens"),
                         ([new(1, Tokens(1, 1)), new(0, Tokens(1, 7))], "slot 0 holds 4 tokens and cannot take 7 more"),
                         ([new(0, new[] { 61 })], "token 61 for slot 0 is not in the vocabulary of 61"),
                         ([new(0, new[] { -1 })], "token -1 for slot 0 is not in the vocabulary"),
                     })
            {
                Assert.Contains(message, Assert.Throws<ArgumentException>(() => decoder.Advance(inputs)).Message, StringComparison.Ordinal);
            }

            Assert.Equal((4, 0), (decoder.Length(0), decoder.Length(1)));
            decoder.Dispose();
        }
    }

    /// <summary>Slots of different lengths are filled, stepped, left, cleared and filled again; every logit row is checked.</summary>
    private static void JoiningAndLeaving(Transformer policy, IDecoder decoder)
    {
        var sequences = new List<int>[] { [], [], [], [] };
        (int Slot, int Tokens)[][] steps =
        [
            [(2, 7), (0, 1)], [(2, 1), (0, 1), (1, 17)], [(0, 1), (1, 1), (2, 1)], [(3, 20), (1, 2)], [(-1, 0)],
            [(0, 1), (1, 5), (3, 1)], [(2, 1), (3, 26), (1, 1)], [(3, 1)],
        ];
        var random = new RandomStream(12);
        foreach (var step in steps)
        {
            if (step[0].Slot < 0)
            {
                decoder.Clear(1);
                sequences[1].Clear();
                continue;
            }

            SlotTokens[] inputs = [.. step.Select(part => new SlotTokens(part.Slot, Drawn(part.Tokens)))];
            decoder.Advance(inputs);
            for (var i = 0; i < inputs.Length; i++)
            {
                sequences[inputs[i].Slot].AddRange(inputs[i].Tokens.Span);
                Assert.Equal(sequences[inputs[i].Slot].Count, decoder.Length(inputs[i].Slot));
                Close(Full(policy, [.. sequences[inputs[i].Slot]])[^1], decoder.Logits(i));
            }
        }

        int[] Drawn(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt(61))];
    }

    private static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f);
    }

    private static float[][] Full(Transformer policy, int[] tokens)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var logits = policy.Logits(policy.Hidden(PackedBatch.Pack([tokens]))).data<float>().ToArray();
        return [.. logits.Chunk(policy.Config.VocabularySize)];
    }

    private static int[] Greedy(Transformer policy, int[] query, int count)
    {
        List<int> tokens = [.. query];
        for (var i = 0; i < count; i++)
        {
            var logits = Full(policy, [.. tokens])[^1];
            tokens.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. tokens[query.Length..]];
    }

    /// <summary>Random weights, wide enough that probabilities differ and biases are not all zero.</summary>
    private static Transformer Policy(TransformerConfig config)
    {
        var policy = new Transformer(config);
        var random = new RandomStream(11);
        foreach (var shape in config.BodyShapes())
        {
            var isScale = shape.Extents.Length == 1 && shape.Name.EndsWith("weight", StringComparison.Ordinal);
            var values = new float[shape.Count];
            foreach (ref var value in values.AsSpan()) value = (float)((isScale ? 1 : 0) + (0.2 * random.NextGaussian()));
            policy.Parameters.Set(shape.Name, values);
        }

        return policy;
    }

    private static Query[] Queries(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Query(1000 + i, Tokens(i, 1 + (i * 5 % 28))))];

    private static int[] Tokens(int seed, int count)
    {
        var random = new RandomStream(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ => 1 + random.NextInt(60))];
    }
}
