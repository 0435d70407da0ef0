using System.Security.Cryptography;
using ActorRlhf.Model.Networks;
using TorchSharp;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// Networks in Hugging Face's form: a directory with <c>config.json</c> and <c>model.safetensors</c> (or shards and their index). GPT-2's
/// published weights load as they are, with or without the <c>transformer.</c> prefix, and what is saved here loads in transformers as
/// <c>GPT2LMHeadModel</c> or, with a scalar head, <c>GPT2ForSequenceClassification</c> (whose head has no bias: its scores differ from
/// ours by the constant <c>score.bias</c>).
/// </summary>
public static class PretrainedModel
{
    private const string Prefix = "transformer.";
    private const string HeadPrefix = "score.";
    private const string OutputHead = "lm_head.weight";
    private const string Remedy = "config.json and the weights are of different models; copy or export both again";

    /// <summary>The network's shape, from <c>config.json</c> alone.</summary>
    /// <exception cref="UserErrorException">The file is missing or describes a network that is not GPT-2's.</exception>
    public static TransformerConfig ReadConfig(string directory) => PretrainedConfig.Read(directory);

    /// <summary>Whether a directory's network has a scalar head.</summary>
    /// <exception cref="UserErrorException">There are no weights, or they are damaged.</exception>
    public static bool HasScalarHead(string directory)
    {
        using var files = SafetensorsSet.Open(directory);
        return files.Contains(ScalarNetwork.HeadWeight);
    }

    /// <summary>What tells a directory's weights from others: the first 16 digits of their files' SHA-256.</summary>
    public static string Digest(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(directory, "*.safetensors").Order(StringComparer.Ordinal))
        {
            using var file = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Loads a language model.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="device">Where its parameters go; the CPU when null.</param>
    /// <exception cref="UserErrorException">
    /// Something is missing, damaged, not finite, of another shape than the configuration says, or of a network that is not GPT-2's.
    /// </exception>
    public static Transformer LoadTransformer(string directory, torch.Device? device = null)
    {
        var config = PretrainedConfig.Read(directory);
        using var files = SafetensorsSet.Open(directory);
        if (files.Contains(ScalarNetwork.HeadWeight))
            throw new UserErrorException(
                $"{directory}: holds a network with a scalar head ({ScalarNetwork.HeadWeight}), not a language model; give a language model's directory");
        var model = new Transformer(config, device);
        return Filled(model, model.Parameters, files);
    }

    /// <summary>Loads a network with a scalar head, <c>score.weight</c> and, 0 when absent, <c>score.bias</c>.</summary>
    /// <inheritdoc cref="LoadTransformer"/>
    public static ScalarNetwork LoadScalar(string directory, torch.Device? device = null)
    {
        var config = PretrainedConfig.Read(directory);
        using var files = SafetensorsSet.Open(directory);
        if (!files.Contains(ScalarNetwork.HeadWeight))
            throw new UserErrorException(
                $"{directory}: has no {ScalarNetwork.HeadWeight}, so it is a language model and scores nothing; train a reward model from it first");
        var network = new ScalarNetwork(config, device) { ReadOut = PretrainedConfig.ReadReadOut(directory) };
        return Filled(network, network.Parameters, files);
    }

    /// <summary>Saves a language model; other files of the directory (tokenizer, card) stay.</summary>
    /// <param name="directory">Created when missing.</param>
    /// <param name="model">The model.</param>
    /// <param name="dtype">F32 (exact), BF16 or F16.</param>
    /// <param name="endOfText">The token that ends a text, for other programs to stop at.</param>
    /// <param name="maxShardBytes">Larger weights are split over several files.</param>
    /// <exception cref="UserErrorException">A value is a NaN, an infinity, or too large for <paramref name="dtype"/>.</exception>
    public static void Save(
        string directory, Transformer model, TensorDtype dtype = TensorDtype.F32, int? endOfText = null, long maxShardBytes = 5_000_000_000) =>
        Save(directory, model.Config, model.Parameters, scalar: false, dtype, endOfText, maxShardBytes);

    /// <summary>Saves a network with a scalar head; the head stays float32 in every type, as rounding its bias would shift all scores.</summary>
    /// <inheritdoc cref="Save(string, Transformer, TensorDtype, int?, long)"/>
    public static void Save(
        string directory, ScalarNetwork network, TensorDtype dtype = TensorDtype.F32, int? endOfText = null, long maxShardBytes = 5_000_000_000) =>
        Save(directory, network.Config, network.Parameters, scalar: true, dtype, endOfText, maxShardBytes, network.ReadOut);

    private static void Save(
        string directory, TransformerConfig config, ParameterBlock parameters, bool scalar, TensorDtype dtype, int? endOfText, long maxShardBytes,
        ReadOut readOut = ReadOut.LastToken)
    {
        Directory.CreateDirectory(directory);
        var tensors = new ParameterTensors(parameters);
        var sources = tensors.Names.Select(name => name.StartsWith(HeadPrefix, StringComparison.Ordinal)
            ? FiniteTensors.Source(tensors, name, name, TensorDtype.F32)
            : FiniteTensors.Source(tensors, name, Prefix + name, dtype));
        SafetensorsSet.Write(directory, sources, new Dictionary<string, string> { ["format"] = "pt" }, maxShardBytes);
        PretrainedConfig.Write(directory, config, scalar, dtype, endOfText, readOut);
    }

    private static T Filled<T>(T network, ParameterBlock parameters, SafetensorsSet files) where T : IDisposable
    {
        try
        {
            Fill(parameters, files);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void Fill(ParameterBlock parameters, SafetensorsSet files)
    {
        var tensors = new ParameterTensors(parameters);
        var load = new TensorLoad();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in tensors.Names)
        {
            var key = files.Contains(Prefix + name) ? Prefix + name : name;
            used.Add(key);
            if (name == ScalarNetwork.HeadBias && !files.Contains(key)) continue;
            if (!files.Contains(key))
                throw new UserErrorException($"{files.Path}: no tensor \"{name}\" (nor \"{Prefix}{name}\"); {Remedy}");
            load.Plan(files.FileOf(key), key, tensors, name, Remedy);
        }
        foreach (var key in files.Names.Where(key => !used.Contains(key) && !IsBuffer(key)))
        {
            if (key != OutputHead)
                throw new UserErrorException(
                    $"{files.Path}: tensor \"{key}\" {TensorEntry.Format(files[key].Shape)} has no place in this model; {Remedy}");
            RequireTied(files);
        }
        load.Run();
    }

    // Causal masks that old exports carried along.
    private static bool IsBuffer(string key) =>
        key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal);

    private static void RequireTied(SafetensorsSet files)
    {
        var embedding = files.Contains(Prefix + "wte.weight") ? Prefix + "wte.weight" : "wte.weight";
        if (!files.FileOf(OutputHead).Bytes(OutputHead).SequenceEqual(files.FileOf(embedding).Bytes(embedding)))
            throw new UserErrorException(
                $"{files.Path}: \"{OutputHead}\" differs from \"{embedding}\"; only models whose output head is the token embedding are supported");
    }
}
