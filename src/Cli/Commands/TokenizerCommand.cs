using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf tokenizer</c>: trains a byte-level BPE, and encodes and decodes with one.</summary>
public sealed class TokenizerCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly TextReader _input;

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public TokenizerCommand(OperatorConsole console, TextReader input)
        : base("tokenizer", "Train a tokenizer, or encode and decode with one.")
    {
        _console = console;
        _input = input;
        Add(Train());
        Add(Encode());
        Add(Decode());
    }

    private Command Train()
    {
        var files = new Argument<string[]>("FILE") { Description = "UTF-8 texts to learn from.", Arity = ArgumentArity.OneOrMore };
        var size = new Option<int>("--size") { Description = "Tokens to have in the end, 257 or more.", HelpName = "N", DefaultValueFactory = _ => 4_096 };
        var folder = new Option<string>("--out") { Description = "The folder for vocab.json and merges.txt.", HelpName = "DIR", Required = true };
        var command = new Command("train", "Learn a byte-level BPE from text files.") { files, size, folder };
        command.SetAction((result, stop) =>
        {
            var tokens = result.GetValue(size);
            var tokenizer = _console.WithProgress(progress => ByteLevelBpe.Train(
                result.GetValue(files)!.SelectMany(Lines), tokens, new TokenizerProgress(progress, tokens), stop));
            var target = Path.GetFullPath(result.GetValue(folder)!);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Directory.Exists(target))
                tokenizer.Save(target); // into a model's folder, say, whose other files stay
            else
                AtomicDirectory.Write(target, tokenizer.Save);
            _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize} tokens in {result.GetValue(folder)}"));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private Command Encode()
    {
        var model = Folder();
        var text = new Option<string?>("--text") { Description = "The text; standard input where it is not given.", HelpName = "TEXT" };
        var command = new Command("encode", "Print the ids of a text's tokens.") { model, text };
        command.SetAction(result =>
        {
            var ids = ByteLevelBpe.Load(result.GetValue(model)!).Encode(result.GetValue(text) ?? _input.ReadToEnd());
            _console.WriteLine(string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))));
        });
        return command;
    }

    private Command Decode()
    {
        var model = Folder();
        var ids = new Argument<string[]>("ID") { Description = "Token ids; standard input where none is given.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("decode", "Print the text that token ids stand for.") { model, ids };
        command.SetAction(result =>
        {
            var tokenizer = ByteLevelBpe.Load(result.GetValue(model)!);
            var given = result.GetValue(ids) is { Length: > 0 } words ? words : _input.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            _console.WriteLine(tokenizer.Decode([.. given.Select(word => Id(word, tokenizer))]));
        });
        return command;
    }

    private static Option<string> Folder() => new("--model") { Description = "The folder of vocab.json and merges.txt.", HelpName = "DIR", Required = true };

    private static int Id(string word, ByteLevelBpe tokenizer) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < tokenizer.VocabularySize
            ? id
            : throw new UserErrorException($"\"{word}\" is no token id; they are whole numbers from 0 to {tokenizer.VocabularySize - 1}");

    // With its newline, so that a line's end can become a token.
    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            return File.ReadLines(file).Select(line => line + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file}: cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
