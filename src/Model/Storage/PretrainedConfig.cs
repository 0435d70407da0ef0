using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// <c>config.json</c> of a Hugging Face model directory, as transformers' <c>GPT2Config</c> writes and reads it. Options of GPT-2's family
/// that this project's network does not have are refused rather than ignored.
/// </summary>
internal static class PretrainedConfig
{
    public const string File = "config.json";

    private const string ReadOutKey = "read_out"; // ours; transformers reads the last token

    /// <summary>Where a scalar head is read: at the last token unless the file says otherwise.</summary>
    /// <exception cref="UserErrorException">The file names a place that this version does not know.</exception>
    public static ReadOut ReadReadOut(string directory)
    {
        var path = Path.Combine(directory, File);
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        if (!json.RootElement.TryGetProperty(ReadOutKey, out var name))
            return ReadOut.LastToken;
        return Enum.TryParse<ReadOut>(name.ToString(), out var readOut) && Enum.IsDefined(readOut)
            ? readOut
            : throw new UserErrorException($"{path}: {ReadOutKey} = {name.GetRawText()}; only {string.Join(" and ", Enum.GetNames<ReadOut>())} are supported");
    }

    /// <exception cref="UserErrorException">The file is missing or describes a network that is not GPT-2's.</exception>
    public static TransformerConfig Read(string directory)
    {
        var path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path))
            throw new UserErrorException(
                $"{directory}: no {File}; give a Hugging Face model directory, with {File} and {SafetensorsSet.SingleFile}");
        try
        {
            using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("the top level is not an object");
            return Read(json.RootElement, path);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: not valid JSON: {e.Message}; download or export it again", e);
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="config">The network's shape.</param>
    /// <param name="scalar">Whether the network has a scalar head.</param>
    /// <param name="dtype">How the weights are stored.</param>
    /// <param name="endOfText">The token that ends a text, when the vocabulary has one.</param>
    /// <param name="readOut">Where a scalar head is read.</param>
    public static void Write(string directory, TransformerConfig config, bool scalar, TensorDtype dtype, int? endOfText, ReadOut readOut = ReadOut.LastToken) =>
        AtomicFile.Write(Path.Combine(directory, File), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("model_type", "gpt2");
            json.WriteStartArray("architectures");
            json.WriteStringValue(scalar ? "GPT2ForSequenceClassification" : "GPT2LMHeadModel");
            json.WriteEndArray();
            json.WriteNumber("vocab_size", config.VocabularySize);
            json.WriteNumber("n_positions", config.ContextLength);
            json.WriteNumber("n_embd", config.Width);
            json.WriteNumber("n_layer", config.Layers);
            json.WriteNumber("n_head", config.Heads);
            json.WriteNull("n_inner");
            json.WriteString("activation_function", "gelu_new");
            json.WriteNumber("layer_norm_epsilon", config.LayerNormEpsilon);
            json.WriteNumber("initializer_range", 0.02);
            foreach (var dropout in (string[])["attn_pdrop", "embd_pdrop", "resid_pdrop"]) json.WriteNumber(dropout, 0.0);
            foreach (var token in (string[])["bos_token_id", "eos_token_id"])
            {
                if (endOfText is { } id) json.WriteNumber(token, id);
                else json.WriteNull(token);
            }
            if (scalar)
            {
                // One label is how transformers says "a number, not a class".
                json.WriteStartObject("id2label");
                json.WriteString("0", "score");
                json.WriteEndObject();
                json.WriteStartObject("label2id");
                json.WriteNumber("score", 0);
                json.WriteEndObject();
                json.WriteString(ReadOutKey, readOut.ToString());
            }
            json.WriteString("torch_dtype", dtype switch { TensorDtype.F16 => "float16", TensorDtype.BF16 => "bfloat16", _ => "float32" });
            json.WriteEndObject();
        });

    private static TransformerConfig Read(JsonElement root, string path)
    {
        Require(root, path, "model_type", "gpt2", "gpt2");
        Require(root, path, "activation_function", "gelu_new", "gelu_new", "gelu_pytorch_tanh");
        Require(root, path, "scale_attn_weights", "true", "true");
        Require(root, path, "scale_attn_by_inverse_layer_idx", "false", "false");
        Require(root, path, "add_cross_attention", "false", "false");
        Require(root, path, "tie_word_embeddings", "true", "true");
        var config = new TransformerConfig
        {
            VocabularySize = Size(root, path, "vocab_size", nameof(TransformerConfig.VocabularySize)),
            ContextLength = Size(root, path, "n_positions", nameof(TransformerConfig.ContextLength)),
            Width = Size(root, path, "n_embd", nameof(TransformerConfig.Width)),
            Layers = Size(root, path, "n_layer", nameof(TransformerConfig.Layers)),
            Heads = Size(root, path, "n_head", nameof(TransformerConfig.Heads)),
            LayerNormEpsilon = Epsilon(root, path),
        };
        if (root.TryGetProperty("n_inner", out var inner)
            && inner.ValueKind != JsonValueKind.Null
            && !(inner.ValueKind == JsonValueKind.Number && inner.TryGetInt64(out var width) && width == 4L * config.Width))
            throw new UserErrorException(
                $"{path}: n_inner = {inner.GetRawText()}; only 4 × n_embd = {4L * config.Width} is supported, use another model");
        if (config.Width % config.Heads != 0)
            throw new UserErrorException(
                $"{path}: n_head = {config.Heads} does not divide n_embd = {config.Width}; the file is damaged or of another model");
        return config;
    }

    private static void Require(JsonElement root, string path, string key, string absent, params string[] supported)
    {
        var value = absent;
        if (root.TryGetProperty(key, out var element)) value = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        if (!supported.Contains(value, StringComparer.Ordinal))
            throw new UserErrorException($"{path}: {key} = {value}; only {string.Join(" or ", supported)} is supported, use a GPT-2 model");
    }

    private static int Size(JsonElement root, string path, string key, string property)
    {
        if (!root.TryGetProperty(key, out var element))
            throw new UserErrorException($"{path}: no {key}; is this the configuration of a GPT-2 model?");
        var range = Range(property);
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var size) && range.IsValid(size)) return size;
        throw new UserErrorException(
            $"{path}: {key} = {element.GetRawText()}; it must be a whole number from {range.Minimum} to {range.Maximum}");
    }

    private static double Epsilon(JsonElement root, string path)
    {
        const string Key = "layer_norm_epsilon";
        if (!root.TryGetProperty(Key, out var element)) return new TransformerConfig().LayerNormEpsilon;
        var range = Range(nameof(TransformerConfig.LayerNormEpsilon));
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var epsilon) && range.IsValid(epsilon)) return epsilon;
        throw new UserErrorException(
            FormattableString.Invariant($"{path}: {Key} = {element.GetRawText()}; it must be a number from {range.Minimum} to {range.Maximum}"));
    }

    private static RangeAttribute Range(string property) => typeof(TransformerConfig).GetProperty(property)!.GetCustomAttribute<RangeAttribute>()!;
}
