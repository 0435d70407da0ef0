using System.Buffers.Binary;
using System.Text;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class SafetensorsTests
{
    [Fact]
    public void A_file_made_by_other_hands_reads_as_it_was_meant()
    {
        using var file = SafetensorsFile.Open(TemporaryDirectory.Reference("canonical.safetensors"));
        Assert.Equal(["a.scalar", "b.matrix", "nothing", "zé", "c.brain", "d.half"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal("made from the description", file.Metadata["note"]);
        Assert.Equal([0.1f], Values(file, "a.scalar"));
        Assert.Empty(file["a.scalar"].Shape);
        Assert.Equal([2L, 3L], file["b.matrix"].Shape);
        Assert.Equal([1f, -2f, 0.5f, 3.402823e38f, 1e-45f, -0f], Values(file, "b.matrix"));
        Assert.Empty(Values(file, "nothing"));
        Assert.Equal([3.25f], Values(file, "zé"));
        Assert.Equal([1f, -2.5f, 3.3895313892515355e38f, 0f], Values(file, "c.brain"));
        Assert.Equal([1f, 65504f, (float)(Half)6e-8f], Values(file, "d.half"));
    }

    [Fact]
    public void Every_element_type_converts_to_float32()
    {
        using var file = SafetensorsFile.Open(TemporaryDirectory.Reference("every_dtype.safetensors"));
        Assert.Equal([1f, 0f, 1f], Values(file, "bool"));
        Assert.Equal([-128f, 127f], Values(file, "i8"));
        Assert.Equal([-32768f, 32767f], Values(file, "i16"));
        Assert.Equal([-16777216f, 16777216f], Values(file, "i32"));
        Assert.Equal([-1099511627776f, 1099511627776f], Values(file, "i64"));
        Assert.Equal([0.333251953125f, -65504f], Values(file, "f16"));
        Assert.Equal([0.333984375f, -1f], Values(file, "bf16"));
        Assert.Equal([0.1f, -1e-40f], Values(file, "f32"));
        Assert.Equal([0.1f, -1e30f], Values(file, "f64"));
        Assert.Equal([0f, 255f], Values(file, "u8"));
        Assert.Equal([0f, 65535f], Values(file, "u16"));
        Assert.Equal([0f, 2147483648f], Values(file, "u32"));
        Assert.Equal([0f, 9223372036854775808f], Values(file, "u64"));
    }

    [Fact]
    public void The_writer_gives_the_same_bytes_as_other_hands_whatever_order_it_is_given()
    {
        using var folder = new TemporaryDirectory();
        TensorSource[] tensors =
        [
            new("d.half", TensorDtype.F16, [3], () => new[] { 1f, 65504f, 6e-8f }),
            new("zé", TensorDtype.F32, [1], () => new[] { 3.25f }),
            new("c.brain", TensorDtype.BF16, [4], () => new[] { 1f, -2.5f, 3.3895313892515355e38f, 0f }),
            new("a.scalar", TensorDtype.F32, [], () => new[] { 0.1f }),
            new("nothing", TensorDtype.F32, [0, 4], () => []),
            new("b.matrix", TensorDtype.F32, [2, 3], () => new[] { 1f, -2f, 0.5f, 3.402823e38f, 1e-45f, -0f }),
        ];
        var metadata = new Dictionary<string, string> { ["note"] = "made from the description", ["format"] = "pt" };
        SafetensorsWriter.Write(folder["a"], tensors, metadata);
        SafetensorsWriter.Write(folder["b"], tensors.Reverse(), metadata);
        var expected = File.ReadAllBytes(TemporaryDirectory.Reference("canonical.safetensors"));
        Assert.Equal(expected, File.ReadAllBytes(folder["a"]));
        Assert.Equal(expected, File.ReadAllBytes(folder["b"]));
        Assert.Equal(["a", "b"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_part_of_a_tensor_can_be_read()
    {
        using var folder = new TemporaryDirectory();
        var values = Enumerable.Range(0, 1000).Select(i => (float)i).ToArray();
        SafetensorsWriter.Write(folder["m"], [new("a", TensorDtype.BF16, [3], () => new float[3]), new("w", TensorDtype.F32, [1000], () => values)]);
        using var file = SafetensorsFile.Open(folder["m"]);
        var part = new float[10];
        file.Read("w", part, 985);
        Assert.Equal(values[985..995], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("w", part, 991));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("w", part, -1));
    }

    [Fact]
    public void Values_longer_than_the_writers_buffer_are_narrowed_completely()
    {
        using var folder = new TemporaryDirectory();
        var values = Enumerable.Range(0, 100_001).Select(i => i % 251 * 0.5f).ToArray();
        SafetensorsWriter.Write(folder["m"], [new("b", TensorDtype.BF16, [100_001], () => values), new("h", TensorDtype.F16, [100_001], () => values)]);
        using var file = SafetensorsFile.Open(folder["m"]);
        Assert.Equal(values, Values(file, "b"));
        Assert.Equal(values, Values(file, "h"));
    }

    [Theory]
    [InlineData("{}", 0, null)]
    [InlineData("""{"__metadata__":{}}   """, 0, null)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"comment":{"deep":[1]}}}""", 8, null)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "1 bytes are missing")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow the last tensor's end at byte 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "hold 8 bytes, but F32 [3] takes 12")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "[8, 0] must be [begin, end]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "[0, 8, 8] must be [begin, end]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "data_offsets must hold whole numbers of at least 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "shape must hold whole numbers")]
    [InlineData("""{"w":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", 8, "shape must be an array")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "more bytes than 64 bits can count")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8, "shape must hold whole numbers")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "dtype \"F8_E4M3\", which is not one of BOOL, U8")]
    [InlineData("""{"w":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype \"f32\", which is not one of")]
    [InlineData("""{"w":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype must be a string")]
    [InlineData("""{"w":{"shape":[2],"data_offsets":[0,8]}}""", 8, "lacks dtype")]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "lacks shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""", 8, "lacks data_offsets")]
    [InlineData("""{"w":[]}""", 8, "must be an object with dtype, shape and data_offsets")]
    [InlineData("""{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "key \"w\" twice")]
    [InlineData("""{"w":{"dtype":"U8","dtype":"I8","shape":[8],"data_offsets":[0,8]}}""", 8, "\"dtype\" twice")]
    [InlineData("""{"v":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"w":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "overlap the tensor before, which ends at 6")]
    [InlineData("""{"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}}""", 8, "leave a hole after byte 4")]
    [InlineData("""{"w":{"dtype":"U8","shape":[6],"data_offsets":[2,8]}}""", 8, "leave a hole after byte 0")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__ \"a\" must be a string")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "__metadata__ has the key \"a\" twice")]
    [InlineData("""{"__metadata__":"x"}""", 0, "__metadata__ must be an object")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]""", 8, "not valid JSON")]
    [InlineData("{} {}", 0, "not valid JSON")]
    [InlineData(" {}", 0, "does not start with '{'")]
    [InlineData("[]", 0, "does not start with '{'")]
    [InlineData("", 0, "does not start with '{'")]
    public void A_header_is_taken_when_it_keeps_the_formats_rules_and_refused_with_the_reason_when_not(string header, int dataBytes, string? reason)
    {
        using var folder = new TemporaryDirectory();
        var path = Raw(folder["model.safetensors"], Encoding.UTF8.GetBytes(header), dataBytes);
        if (reason is null)
        {
            using var file = SafetensorsFile.Open(path);
            Assert.All(file.Tensors, tensor => Assert.Equal([0f, 0f], Values(file, tensor.Name)));
            return;
        }
        var error = Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(";", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        using var folder = new TemporaryDirectory();
        var header = Encoding.Latin1.GetBytes("{\"\u00ff\u00fe\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        var error = Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(Raw(folder["m"], header, 0)));
        Assert.Contains("not valid JSON in UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, "does not start with '{'")]
    [InlineData(3UL, "should take 3 bytes, but only 2 follow")]
    [InlineData(100_000_000UL, "should take 100000000 bytes, but only 2 follow")]
    [InlineData(100_000_001UL, "above the format's limit of 100000000")]
    [InlineData(ulong.MaxValue, "a header of 18446744073709551615 bytes, above")]
    public void A_header_length_that_cannot_be_is_refused_before_anything_is_allocated(ulong length, string reason)
    {
        using var folder = new TemporaryDirectory();
        var bytes = new byte[10];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        "{}"u8.CopyTo(bytes.AsSpan(8));
        File.WriteAllBytes(folder["m"], bytes);
        var error = Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(folder["m"]));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        using var folder = new TemporaryDirectory();
        var whole = File.ReadAllBytes(TemporaryDirectory.Reference("canonical.safetensors"));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["m"], whole[..length]);
            Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(folder["m"]));
        }
    }

    [Fact]
    public void A_file_that_is_shortened_while_open_is_noticed_before_it_is_mapped()
    {
        using var folder = new TemporaryDirectory();
        SafetensorsWriter.Write(folder["m"], [new("w", TensorDtype.F32, [4], () => new float[4])]);
        using var file = SafetensorsFile.Open(folder["m"]);
        using (var other = new FileStream(folder["m"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(other.Length - 1);
        Assert.Contains("replace files by renaming", Assert.Throws<UserErrorException>(() => file.Read("w", new float[4])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_and_tensors_are_named()
    {
        using var folder = new TemporaryDirectory();
        Assert.Contains(folder["none"], Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(folder["none"])).Message, StringComparison.Ordinal);
        using var file = SafetensorsFile.Open(TemporaryDirectory.Reference("canonical.safetensors"));
        Assert.Contains("no tensor \"wte.weight\" among its 6", Assert.Throws<UserErrorException>(() => file["wte.weight"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_file_is_not_read()
    {
        var file = SafetensorsFile.Open(TemporaryDirectory.Reference("canonical.safetensors"));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("b.matrix", new float[6]));
    }

    [Fact]
    public void The_writer_refuses_what_the_format_cannot_hold_and_leaves_the_old_file()
    {
        using var folder = new TemporaryDirectory();
        var path = folder["m"];
        File.WriteAllText(path, "old");
        TensorSource good = new("w", TensorDtype.F32, [1], () => new[] { 1f });
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [good, good])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [good with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [good with { Dtype = TensorDtype.I64 }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [good with { Shape = [2] }]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_finite_value_that_the_narrow_type_cannot_hold_is_named()
    {
        using var folder = new TemporaryDirectory();
        TensorSource tensor = new("w", TensorDtype.F16, [3], () => new[] { float.PositiveInfinity, 65519.99f, -65520f });
        var error = Assert.Throws<UserErrorException>(() => SafetensorsWriter.Write(folder["m"], [tensor]));
        Assert.Equal("tensor \"w\" has -65520 at index 2, too large for F16; save it as BF16 or F32", error.Message);
        error = Assert.Throws<UserErrorException>(() => SafetensorsWriter.Write(folder["m"], [tensor with { Dtype = TensorDtype.BF16, Values = () => new[] { 0f, 1f, float.MaxValue } }]));
        Assert.Contains("at index 2, too large for BF16; save it as F32", error.Message, StringComparison.Ordinal);
    }

    private static float[] Values(SafetensorsFile file, string name)
    {
        var values = new float[file[name].Count];
        file.Read(name, values);
        return values;
    }

    private static string Raw(string path, byte[] header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
