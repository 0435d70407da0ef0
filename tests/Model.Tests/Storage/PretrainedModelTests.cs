using System.Text.Json;
using System.Text.Json.Nodes;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class PretrainedModelTests
{
    private static readonly TransformerConfig Tiny = new() { VocabularySize = 11, ContextLength = 12, Width = 8, Layers = 2, Heads = 2 };

    [Fact]
    public void A_directory_in_the_form_of_early_GPT2_exports_loads_by_name()
    {
        using var model = PretrainedModel.LoadTransformer(TemporaryDirectory.Reference("tiny-gpt2"));
        Assert.Equal(Tiny, model.Config);
        using var json = JsonDocument.Parse(File.ReadAllText(TemporaryDirectory.Reference("../../Networks/reference/transformer_reference.json")));
        var weights = json.RootElement.GetProperty("weights");
        Assert.Equal(model.Parameters.Shapes.Count, weights.EnumerateObject().Count());
        foreach (var weight in weights.EnumerateObject()) Assert.Equal(weight.Value.Deserialize<float[]>(), model.Parameters.Get(weight.Name));
    }

    [Theory]
    [InlineData(TensorDtype.F32, 0)]
    [InlineData(TensorDtype.BF16, 1.0 / 256)]
    [InlineData(TensorDtype.F16, 1.0 / 2048)]
    public void A_language_model_survives_saving_within_the_types_precision(TensorDtype dtype, double relative)
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        File.WriteAllText(folder["README.md"], "card");
        PretrainedModel.Save(folder.Path, model, dtype, endOfText: 10);
        Assert.False(PretrainedModel.HasScalarHead(folder.Path));
        using var loaded = PretrainedModel.LoadTransformer(folder.Path);
        Assert.Equal(Tiny, loaded.Config);
        AssertClose(model.Parameters, loaded.Parameters, relative);
        Assert.Equal(["README.md", "config.json", "model.safetensors"], Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_saved_has_the_keys_and_settings_transformers_expects()
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, model, TensorDtype.BF16, endOfText: 10);
        var config = Config(folder);
        Assert.Equal("GPT2LMHeadModel", (string?)config["architectures"]![0]);
        Assert.Equal(("gpt2", "gelu_new", "bfloat16"), ((string?)config["model_type"], (string?)config["activation_function"], (string?)config["torch_dtype"]));
        Assert.Equal((11, 12, 8, 2, 2, 10), ((int)config["vocab_size"]!, (int)config["n_positions"]!, (int)config["n_embd"]!, (int)config["n_layer"]!, (int)config["n_head"]!, (int)config["eos_token_id"]!));
        using var file = SafetensorsFile.Open(folder["model.safetensors"]);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(28, file.Tensors.Count);
        Assert.All(file.Tensors, tensor => Assert.StartsWith("transformer.", tensor.Name, StringComparison.Ordinal));
        Assert.Equal([8L, 24L], file["transformer.h.1.attn.c_attn.weight"].Shape);
    }

    [Fact]
    public void A_scalar_network_survives_saving_and_keeps_its_head_exact()
    {
        using var folder = new TemporaryDirectory();
        using var body = new Transformer(Tiny).Initialize(3);
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 4);
        network.Parameters.Set(ScalarNetwork.HeadBias, [-1.2345678f]);
        PretrainedModel.Save(folder.Path, network, TensorDtype.BF16);
        Assert.True(PretrainedModel.HasScalarHead(folder.Path));
        Assert.Equal("GPT2ForSequenceClassification", (string?)Config(folder)["architectures"]![0]);
        using var loaded = PretrainedModel.LoadScalar(folder.Path);
        AssertClose(network.Parameters, loaded.Parameters, 1.0 / 256);
        Assert.Equal([-1.2345678f], loaded.Parameters.Get(ScalarNetwork.HeadBias));
        Assert.Equal(network.Parameters.Get(ScalarNetwork.HeadWeight), loaded.Parameters.Get(ScalarNetwork.HeadWeight));
    }

    [Theory]
    [InlineData(ReadOut.LastToken)]
    [InlineData(ReadOut.ResponseMean)]
    public void Where_a_reward_is_read_survives_saving(ReadOut readOut)
    {
        using var folder = new TemporaryDirectory();
        using var body = new Transformer(Tiny).Initialize(3);
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 4, readOut);
        PretrainedModel.Save(folder.Path, network);
        using var loaded = PretrainedModel.LoadScalar(folder.Path);
        using var copy = loaded.Clone();
        Assert.Equal(readOut, copy.ReadOut);
    }

    [Fact]
    public void A_place_to_read_a_reward_that_nobody_knows_is_refused()
    {
        using var folder = new TemporaryDirectory();
        using var body = new Transformer(Tiny).Initialize(3);
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 4, ReadOut.ResponseMean);
        PretrainedModel.Save(folder.Path, network);
        var path = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("ResponseMean", "Median", StringComparison.Ordinal));
        Assert.Contains("Median", Error(() => PretrainedModel.LoadScalar(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scalar_head_without_a_bias_loads_with_zero()
    {
        using var folder = new TemporaryDirectory();
        using var body = new Transformer(Tiny).Initialize(3);
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 4);
        network.Parameters.Set(ScalarNetwork.HeadBias, [5]);
        PretrainedModel.Save(folder.Path, network);
        Rewrite(folder, tensors => tensors.RemoveAll(tensor => tensor.Name == "score.bias"));
        using var loaded = PretrainedModel.LoadScalar(folder.Path);
        Assert.Equal([0f], loaded.Parameters.Get(ScalarNetwork.HeadBias));
    }

    [Fact]
    public void A_sharded_model_loads_like_a_whole_one()
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, model, maxShardBytes: 2000);
        Assert.True(File.Exists(folder["model.safetensors.index.json"]));
        using var loaded = PretrainedModel.LoadTransformer(folder.Path);
        AssertClose(model.Parameters, loaded.Parameters, 0);
    }

    [Fact]
    public void Each_kind_of_network_is_told_from_the_other()
    {
        using var folder = new TemporaryDirectory();
        using var body = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, body);
        Assert.Contains("no score.weight, so it is a language model", Error(() => PretrainedModel.LoadScalar(folder.Path)), StringComparison.Ordinal);
        using var network = ScalarNetwork.FromLanguageModel(body, seed: 4);
        PretrainedModel.Save(folder.Path, network);
        Assert.Contains("holds a network with a scalar head", Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_type", "\"llama\"", "model_type = llama; only gpt2 is supported")]
    [InlineData("activation_function", "\"relu\"", "activation_function = relu; only gelu_new or gelu_pytorch_tanh")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx = true")]
    [InlineData("tie_word_embeddings", "false", "tie_word_embeddings = false")]
    [InlineData("n_inner", "\"32\"", "n_inner = \"32\"; only 4 × n_embd")]
    [InlineData("n_inner", "33", "n_inner = 33; only 4 × n_embd = 32 is supported")]
    [InlineData("n_head", "3", "n_head = 3 does not divide n_embd = 8")]
    [InlineData("n_layer", "0", "n_layer = 0; it must be a whole number from 1 to 1000")]
    [InlineData("n_layer", "2.5", "n_layer = 2.5; it must be a whole number from 1 to 1000")]
    [InlineData("n_layer", "\"2\"", "n_layer = \"2\"; it must be a whole number")]
    [InlineData("n_layer", "3", "no tensor \"h.2.attn.c_attn.weight\" (nor \"transformer.h.2.attn.c_attn.weight\")")]
    [InlineData("n_layer", "1", "tensor \"transformer.h.1.attn.c_attn.bias\" [24] has no place in this model")]
    [InlineData("vocab_size", "12", "tensor \"transformer.wte.weight\" has shape [11, 8], but this model's is [12, 8]; config.json and the weights are of different models")]
    [InlineData("layer_norm_epsilon", "-1", "layer_norm_epsilon = -1; it must be a number from 1E-12 to 0.1")]
    [InlineData("n_embd", null, "no n_embd; is this the configuration of a GPT-2 model?")]
    public void A_configuration_the_network_cannot_be_is_refused_with_the_key_and_the_value(string key, string? value, string reason)
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, model);
        var config = Config(folder);
        config.Remove(key);
        if (value is not null) config[key] = JsonNode.Parse(value);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        Assert.Contains(reason, Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_broken_files_are_named()
    {
        using var folder = new TemporaryDirectory();
        Assert.Contains("no config.json", Error(() => PretrainedModel.ReadConfig(folder.Path)), StringComparison.Ordinal);
        foreach (var text in new[] { "{", "[]", "", """{"n_embd":1,"n_embd":2}""" })
        {
            File.WriteAllText(folder["config.json"], text);
            Assert.Contains("config.json: not valid JSON", Error(() => PretrainedModel.ReadConfig(folder.Path)), StringComparison.Ordinal);
        }
        File.Copy(TemporaryDirectory.Reference("tiny-gpt2/config.json"), folder["config.json"], overwrite: true);
        Assert.Contains("neither model.safetensors nor", Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
        File.WriteAllBytes(folder["model.safetensors"], File.ReadAllBytes(TemporaryDirectory.Reference("tiny-gpt2/model.safetensors"))[..^1]);
        Assert.Contains("1 bytes are missing", Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_neither_saved_nor_loaded()
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, model);
        Rewrite(folder, tensors => tensors[0] = tensors[0] with { Values = Bad(tensors[0].Count) });
        Assert.Contains("tensor \"transformer.h.0.attn.c_attn.bias\" has NaN at index 5; weights must be finite", Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
        model.Parameters.Set("ln_f.bias", Bad(8)());
        Assert.Contains("tensor \"transformer.ln_f.bias\" has NaN at index 5", Error(() => PretrainedModel.Save(folder["other"], model)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["other"]));
    }

    [Fact]
    public void An_output_head_of_its_own_is_refused_and_a_tied_one_is_taken()
    {
        using var folder = new TemporaryDirectory();
        using var model = new Transformer(Tiny).Initialize(3);
        PretrainedModel.Save(folder.Path, model);
        Rewrite(folder, tensors => tensors.Add(tensors.Single(tensor => tensor.Name == "transformer.wte.weight") with { Name = "lm_head.weight" }));
        using var loaded = PretrainedModel.LoadTransformer(folder.Path);
        AssertClose(model.Parameters, loaded.Parameters, 0);
        Rewrite(folder, tensors => tensors[tensors.FindIndex(tensor => tensor.Name == "lm_head.weight")] = new("lm_head.weight", TensorDtype.F32, [11, 8], () => new float[88]));
        Assert.Contains("\"lm_head.weight\" differs from \"transformer.wte.weight\"", Error(() => PretrainedModel.LoadTransformer(folder.Path)), StringComparison.Ordinal);
    }

    private static TensorValues Bad(long count)
    {
        var values = new float[count];
        values[5] = values[6] = float.NaN;
        return () => values;
    }

    private static void Rewrite(TemporaryDirectory folder, Action<List<TensorSource>> change)
    {
        var path = folder["model.safetensors"];
        List<TensorSource> tensors = [];
        using (var file = SafetensorsFile.Open(path))
        {
            foreach (var tensor in file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            {
                var values = new float[tensor.Count];
                file.Read(tensor.Name, values);
                tensors.Add(new(tensor.Name, tensor.Dtype, tensor.Shape, () => values));
            }
        }
        change(tensors);
        SafetensorsWriter.Write(path, tensors);
    }

    private static JsonObject Config(TemporaryDirectory folder) => JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();

    private static string Error(Action action) => Assert.Throws<UserErrorException>(action).Message;

    private static void AssertClose(ParameterBlock expected, ParameterBlock actual, double relative)
    {
        foreach (var shape in expected.Shapes)
        {
            var (wanted, got) = (expected.Get(shape.Name), actual.Get(shape.Name));
            for (var i = 0; i < wanted.Length; i++) Assert.InRange(got[i], wanted[i] - (relative * Math.Abs(wanted[i])) - (relative * 1e-4), wanted[i] + (relative * Math.Abs(wanted[i])) + (relative * 1e-4));
        }
    }
}
