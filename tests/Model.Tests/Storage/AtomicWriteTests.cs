using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class AtomicWriteTests
{
    [Fact]
    public void A_file_is_replaced_only_when_all_of_it_is_written()
    {
        using var folder = new TemporaryDirectory();
        AtomicFile.WriteText(folder["f"], "one");
        AtomicFile.Write(folder["f"], stream =>
        {
            stream.Write("tw"u8);
            stream.Flush();
            Assert.Equal("one", File.ReadAllText(folder["f"]));
            stream.Write("o"u8);
        });
        Assert.Equal("two", File.ReadAllText(folder["f"]));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["f"], stream =>
        {
            stream.Write("three"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("two", File.ReadAllText(folder["f"]));
        Assert.Equal(["f"], Entries(folder.Path));
    }

    [Fact]
    public void A_directory_appears_or_is_replaced_as_a_whole()
    {
        using var folder = new TemporaryDirectory();
        AtomicDirectory.Write(folder["d"], temporary =>
        {
            Directory.CreateDirectory(Path.Combine(temporary, "sub"));
            File.WriteAllText(Path.Combine(temporary, "sub", "a"), "1");
            Assert.False(Directory.Exists(folder["d"]));
        });
        Assert.Equal("1", File.ReadAllText(folder["d", "sub", "a"]));
        AtomicDirectory.Write(folder["d"], temporary => File.WriteAllText(Path.Combine(temporary, "b"), "2"));
        Assert.Equal(["b"], Entries(folder["d"]));
        Assert.Throws<InvalidOperationException>(() => AtomicDirectory.Write(folder["d"], temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, "c"), "3");
            throw new InvalidOperationException();
        }));
        Assert.Equal(["b"], Entries(folder["d"]));
        AtomicDirectory.Delete(folder["d"]);
        Assert.Empty(Entries(folder.Path));
    }

    [Fact]
    public void What_a_killed_process_left_is_cleaned_and_what_a_living_one_writes_is_not()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder[".latest.tmp-0123"], "step-0");
        Directory.CreateDirectory(folder[".step-000001.tmp-4567", "sub"]);
        File.WriteAllText(folder[".step-000001.tmp-4567", "sub", "half"], "x");
        File.WriteAllText(folder[".gitignore"], "*");
        AtomicDirectory.Write(folder["d"], temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, "a"), "1");
            AtomicFile.Write(folder["f"], stream =>
            {
                AtomicDirectory.Clean(folder.Path);
                stream.WriteByte(1);
            });
            Assert.Equal([Path.GetFileName(temporary), ".gitignore", "f"], Entries(folder.Path).OrderByDescending(name => name.Contains(".tmp-", StringComparison.Ordinal)));
        });
        Assert.Equal([".gitignore", "d", "f"], Entries(folder.Path));
    }

    [Fact]
    public void A_directory_put_aside_by_a_killed_replacement_gets_its_name_back_unless_the_new_one_took_it()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(Directory.CreateDirectory(folder[".a.old-1"]).FullName + "/content", "old a");
        File.WriteAllText(Directory.CreateDirectory(folder[".a.tmp-2"]).FullName + "/content", "new a");
        File.WriteAllText(Directory.CreateDirectory(folder[".b.old-3"]).FullName + "/content", "old b");
        File.WriteAllText(Directory.CreateDirectory(folder["b"]).FullName + "/content", "new b");
        AtomicDirectory.Clean(folder.Path);
        Assert.Equal(["a", "b"], Entries(folder.Path));
        Assert.Equal("old a", File.ReadAllText(folder["a", "content"]));
        Assert.Equal("new b", File.ReadAllText(folder["b", "content"]));
    }

    [Fact]
    public void Two_writers_of_one_directory_do_not_mix()
    {
        using var folder = new TemporaryDirectory();
        Parallel.For(0, 8, i => AtomicFile.Write(folder["f"], stream =>
        {
            for (var n = 0; n < 1000; n++) stream.Write([(byte)i, (byte)i, (byte)i]);
        }));
        var bytes = File.ReadAllBytes(folder["f"]);
        Assert.Equal(3000, bytes.Length);
        Assert.Single(bytes.Distinct());
        Assert.Equal(["f"], Entries(folder.Path));
    }

    private static string[] Entries(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
}
