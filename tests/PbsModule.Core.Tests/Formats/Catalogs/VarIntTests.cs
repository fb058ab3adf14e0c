using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Tests;

/// <summary>The catalog's numbers: vectors, round trips, and what is none.</summary>
public sealed class VarIntTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "8001")]
    [InlineData(-1, "8100")]
    [InlineData(-127, "ff00")]
    [InlineData(-128, "808100")]
    [InlineData(long.MaxValue, "ffffffffffffffff7f")]
    [InlineData(long.MinValue, "8080808080808080808100")]
    public void Vectors_of_signed_numbers(long value, string hex)
    {
        Span<byte> written = stackalloc byte[VarInt.MaxSigned];
        Assert.Equal(hex, Convert.ToHexStringLower(written[..VarInt.WriteSigned(written, value)]));
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex + "ff");
        Assert.True(VarInt.TryReadSigned(ref bytes, out long read));
        Assert.Equal(value, read);
        Assert.Equal(1, bytes.Length);
    }

    [Theory]
    [InlineData(-1, "ffffffffffffffffff01")]
    [InlineData(-11_644_473_600, "80debdcfd4ffffffff01")]
    [InlineData(long.MinValue, "80808080808080808001")]
    public void A_negative_number_in_twos_complement_is_read_as_PBS_reads_it(long value, string hex)
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex + "ff");
        Assert.True(VarInt.TryReadSigned(ref bytes, out long read));
        Assert.Equal((value, 1), (read, bytes.Length));
    }

    [Theory]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    [InlineData(300, "ac02")]
    public void Vectors_of_unsigned_numbers(ulong value, string hex)
    {
        Span<byte> written = stackalloc byte[VarInt.MaxUnsigned];
        Assert.Equal(hex, Convert.ToHexStringLower(written[..VarInt.Write(written, value)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("ffffffffffffffffff")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("8080808080808080808000")]
    public void What_is_no_unsigned_number(string hex)
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
        Assert.False(VarInt.TryRead(ref bytes, out _));
        Assert.Equal(hex.Length / 2, bytes.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("81")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("80808080808080808082")]
    [InlineData("8080808080808080808101")]
    [InlineData("8180808080808080808100")]
    public void What_is_no_signed_number(string hex)
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
        Assert.False(VarInt.TryReadSigned(ref bytes, out _));
        Assert.Equal(hex.Length / 2, bytes.Length);
    }

    [Fact]
    public void Any_number_survives_a_round_trip() => Prop.ForAll<long, int>((value, shift) =>
    {
        long number = value >> (shift & 63);
        Span<byte> buffer = stackalloc byte[VarInt.MaxSigned];
        ReadOnlySpan<byte> signed = buffer[..VarInt.WriteSigned(buffer, number)];
        if (!VarInt.TryReadSigned(ref signed, out long readSigned) || readSigned != number || !signed.IsEmpty) return false;
        ReadOnlySpan<byte> unsigned = buffer[..VarInt.Write(buffer, (ulong)number)];
        return VarInt.TryRead(ref unsigned, out ulong readUnsigned) && readUnsigned == (ulong)number && unsigned.IsEmpty;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
