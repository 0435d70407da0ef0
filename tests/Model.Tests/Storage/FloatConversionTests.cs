using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class FloatConversionTests
{
    private static readonly ushort[] AllPatterns = [.. Enumerable.Range(0, 65_536).Select(i => (ushort)i)];

    [Fact]
    public void Every_half_widens_to_the_value_System_Half_gives()
    {
        var values = new float[AllPatterns.Length];
        FloatConversion.HalfToSingle(AllPatterns, values);
        foreach (var pattern in AllPatterns)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf(pattern);
            Assert.Equal(Bits(expected), Bits(values[pattern]));
        }
    }

    [Fact]
    public void Every_bfloat16_widens_to_the_float_whose_upper_half_it_is()
    {
        var values = new float[AllPatterns.Length];
        FloatConversion.BFloat16ToSingle(AllPatterns, values);
        foreach (var pattern in AllPatterns) Assert.Equal((uint)pattern << 16, Bits(values[pattern]));
    }

    [Fact]
    public void Every_pattern_survives_widening_and_narrowing()
    {
        var values = new float[AllPatterns.Length];
        var back = new ushort[AllPatterns.Length];
        FloatConversion.BFloat16ToSingle(AllPatterns, values);
        FloatConversion.SingleToBFloat16(values, back);
        // A signalling NaN comes back quiet: its top fraction bit is set.
        foreach (var pattern in AllPatterns) Assert.Equal((pattern & 0x7fff) > 0x7f80 ? pattern | 0x40 : pattern, back[pattern]);
        FloatConversion.HalfToSingle(AllPatterns, values);
        FloatConversion.SingleToHalf(values, back);
        foreach (var pattern in AllPatterns) Assert.Equal((pattern & 0x7fff) > 0x7c00 ? pattern | 0x200 : pattern, back[pattern]);
    }

    [Fact]
    public void Narrowing_to_bfloat16_goes_to_the_nearest_and_from_the_middle_to_the_even_one()
    {
        // Below each finite pattern's successor lie 65,535 floats; the middle one, 0x8000, is as near to either neighbour.
        var patterns = AllPatterns.Where(pattern => (pattern & 0x7fff) < 0x7f80).ToArray();
        AssertNarrowed(patterns, 0x7fff, pattern => pattern);
        AssertNarrowed(patterns, 0x8000, pattern => (ushort)(pattern % 2 == 0 ? pattern : pattern + 1));
        AssertNarrowed(patterns, 0x8001, pattern => (ushort)(pattern + 1));
    }

    [Fact]
    public void Narrowing_to_half_goes_to_the_nearest_and_from_the_middle_to_the_even_one()
    {
        // The halves' grid: the middle of two neighbours is exact in float32, and so are the floats next to it.
        for (ushort pattern = 0; pattern < 0x7bff; pattern++)
        {
            var low = (float)BitConverter.UInt16BitsToHalf(pattern);
            var high = (float)BitConverter.UInt16BitsToHalf((ushort)(pattern + 1));
            var middle = low + ((high - low) / 2);
            float[] values = [MathF.BitDecrement(middle), middle, MathF.BitIncrement(middle), -middle];
            var halves = new ushort[4];
            FloatConversion.SingleToHalf(values, halves);
            var even = pattern % 2 == 0 ? pattern : pattern + 1;
            Assert.Equal([pattern, even, pattern + 1, even | 0x8000], halves.Select(half => (int)half));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(40)]
    public void Lengths_that_fill_no_vector_convert_completely_and_touch_nothing_behind(int length)
    {
        var source = AllPatterns.AsSpan(0x3f00, length);
        var brain = Enumerable.Repeat(-7f, length + 1).ToArray();
        var half = Enumerable.Repeat(-7f, length + 1).ToArray();
        FloatConversion.BFloat16ToSingle(source, brain);
        FloatConversion.HalfToSingle(source, half);
        for (var i = 0; i < length; i++)
        {
            Assert.Equal(BitConverter.UInt32BitsToSingle((uint)source[i] << 16), brain[i]);
            Assert.Equal((float)BitConverter.UInt16BitsToHalf(source[i]), half[i]);
        }
        Assert.Equal((-7f, -7f), (brain[length], half[length]));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentException>(() => FloatConversion.HalfToSingle(new ushort[3], new float[2]));
        Assert.Throws<ArgumentException>(() => FloatConversion.SingleToBFloat16(new float[3], new ushort[2]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_value_that_is_not_finite_is_found_wherever_it_stands(float bad)
    {
        for (var index = 0; index < 37; index++)
        {
            var values = Enumerable.Repeat(float.MaxValue, 37).ToArray();
            Assert.Equal(-1, FloatConversion.FirstNonFinite(values));
            values[36] = bad;
            values[index] = bad;
            Assert.Equal(index, FloatConversion.FirstNonFinite(values));
        }
    }

    private static void AssertNarrowed(ushort[] patterns, uint below, Func<ushort, ushort> expected)
    {
        var values = patterns.Select(pattern => BitConverter.UInt32BitsToSingle(((uint)pattern << 16) | below)).ToArray();
        var narrowed = new ushort[values.Length];
        FloatConversion.SingleToBFloat16(values, narrowed);
        Assert.Equal(patterns.Select(expected), narrowed);
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
