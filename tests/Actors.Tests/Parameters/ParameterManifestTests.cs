using System.Text;
using ActorRlhf.Actors.Parameters;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Parameters;

/// <summary>What an announcement says of a version's bytes, and maps of chunks.</summary>
public sealed class ParameterManifestTests
{
    private static readonly byte[] _bytes = [.. Enumerable.Range(0, 20).Select(i => (byte)(i * 7))];

    [Fact]
    public void Hashes_are_those_of_the_published_algorithm()
    {
        // The reference implementation's XXH128 of nothing and of "abc", in canonical (big-endian) form.
        Span<byte> hash = stackalloc byte[ParameterManifest.HashSize];
        ParameterManifest.Hash([], hash);
        Assert.Equal("99aa06d3014798d86001c324468d497f", Convert.ToHexStringLower(hash));
        ParameterManifest.Hash(Encoding.UTF8.GetBytes("abc"), hash);
        Assert.Equal("06b05ab6733a618578af5f94892f3950", Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void An_announcement_comes_back_as_the_manifest_it_was_made_of()
    {
        var manifest = Manifest();
        var announced = ParametersAvailable.Parser.ParseFrom(manifest.Announcement(["http://a", "http://b"]).ToByteArray());
        Assert.Equal(["http://a", "http://b"], announced.Sources);
        Assert.Equal(manifest, ParameterManifest.Read(announced));
        Assert.Equal((20, 3, 16, 4), (manifest.Bytes, manifest.Chunks, (int)manifest.Offset(2), manifest.Length(2)));
    }

    [Fact]
    public void A_chunk_is_known_by_its_hash()
    {
        var manifest = Manifest();
        Assert.True(manifest.IsChunk(1, _bytes.AsSpan(8, 8)));
        Assert.True(manifest.IsChunk(2, _bytes.AsSpan(16)));
        Assert.False(manifest.IsChunk(1, _bytes.AsSpan(0, 8)));
        byte[] broken = [.. _bytes.AsSpan(8, 8)];
        broken[5] ^= 1;
        Assert.False(manifest.IsChunk(1, broken));
    }

    public static TheoryData<string, Action<ParametersAvailable>> Flaws => new()
    {
        { "the total hash", message => message.Total = ByteString.CopyFrom(new byte[16]) },
        { "for 3 chunks", message => message.Hashes = ByteString.CopyFrom(new byte[32]) },
        { "for 4 chunks", message => message.Elements = 7 },
        { "chunks of 0 bytes", message => message.ChunkSize = 0 },
        { "chunks of 6 bytes", message => message.ChunkSize = 6 },
        { "format 9", message => message.Format = (ParameterFormat)9 },
        { "-1 values", message => message.Elements = -1 },
    };

    [Theory, MemberData(nameof(Flaws), DisableDiscoveryEnumeration = true)]
    public void An_announcement_that_contradicts_itself_is_refused(string words, Action<ParametersAvailable> spoil)
    {
        var message = Manifest().Announcement([]);
        spoil(message);
        Assert.Contains(words, Assert.Throws<UserErrorException>(() => ParameterManifest.Read(message)).Message);
    }

    [Fact]
    public void Chunks_are_larger_where_there_would_be_too_many()
    {
        Assert.Equal(1 << 20, ParameterManifest.ChunkSizeFor(500_000_000));
        Assert.Equal(1 << 20, ParameterManifest.ChunkSizeFor(4096L << 20));
        Assert.Equal(2 << 20, ParameterManifest.ChunkSizeFor((4096L << 20) + 1));
        Assert.Equal(8 << 20, ParameterManifest.ChunkSizeFor(28_000_000_000));
    }

    [Fact]
    public void A_network_of_another_shape_is_refused()
    {
        TensorShape[] shapes = [new("wte.weight", [4, 8]), new("ln_f.bias", [8])];
        var manifest = Manifest(ParameterManifest.LayoutOf(shapes));
        manifest.RequireLayout(shapes);
        var error = Assert.Throws<UserErrorException>(() => manifest.RequireLayout([new("wte.weight", [8, 4]), new("ln_f.bias", [8])]));
        Assert.Contains("version 3 of run-1 is of another network (5 values with padding, layout ", error.Message);
        Assert.Contains(") than this node's (40 parameters in 2 tensors, layout ", error.Message);
    }

    [Fact]
    public void A_map_of_chunks_travels_as_a_bit_each()
    {
        var map = new ChunkMap(10);
        Assert.True(map.Add(0));
        Assert.True(map.Add(9));
        Assert.False(map.Add(9));
        Assert.Equal([1, 2], map.ToBytes());
        var back = ChunkMap.TryParse(10, [1, 2])!;
        Assert.Equal((2, true, false, true), (back.Count, back[0], back[1], back[9]));
        Assert.Null(ChunkMap.TryParse(10, [1]));
        Assert.Null(ChunkMap.TryParse(10, [1, 4])); // an eleventh chunk
        Assert.True(ChunkMap.TryParse(10, [255, 3])!.IsComplete);
    }

    private static ParameterManifest Manifest(ulong layout = 5)
    {
        var hashes = new byte[3 * ParameterManifest.HashSize];
        for (var chunk = 0; chunk < 3; chunk++)
            ParameterManifest.Hash(_bytes.AsSpan(chunk * 8, Math.Min(8, 20 - chunk * 8)), hashes.AsSpan(chunk * ParameterManifest.HashSize));
        return ParameterManifest.Of("run-1", 3, ParameterFormat.Float32, 5, layout, 8, hashes);
    }
}
