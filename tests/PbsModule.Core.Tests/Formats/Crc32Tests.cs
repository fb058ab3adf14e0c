using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>Every path of the CRC that this processor has, against the definition bit by bit.</summary>
public class Crc32Tests
{
    private delegate uint Path(uint register, ReadOnlySpan<byte> data);

    [Fact]
    public void Known_values_hold()
    {
        Assert.Equal(0u, Crc32.Compute([]));
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0x414FA339u, Crc32.Compute("The quick brown fox jumps over the lazy dog"u8));
    }

    [Fact]
    public void The_table_path_is_the_definition() => Check(Crc32Table.Update, 0);

    [Fact]
    public void The_path_of_128_bits_is_the_definition()
    {
        if (!Crc32Folding.IsSupported) Skip.Because("this processor has no carry-less multiplication");
        Check(Crc32Folding.Update128, 64);
    }

    [Fact]
    public void The_path_of_256_bits_is_the_definition()
    {
        if (!Crc32Folding.IsSupported256) Skip.Because("this processor has no carry-less multiplication of 256 bits");
        Check(Crc32Folding.Update256, 128);
    }

    [Fact]
    public void The_path_of_512_bits_is_the_definition()
    {
        if (!Crc32Folding.IsSupported512) Skip.Because("this processor has no carry-less multiplication of 512 bits");
        Check(Crc32Folding.Update512, 256);
    }

    [Fact]
    public void The_path_of_ARM_is_the_definition()
    {
        if (!Crc32Arm.IsSupported) Skip.Because("this processor has no CRC instruction of 64-bit ARM");
        Check(Crc32Arm.Update, 0);
    }

    [Fact]
    public void Pieces_give_the_CRC_of_the_whole()
    {
        Random random = new(7);
        byte[] data = new byte[5000];
        random.NextBytes(data);
        for (int round = 0; round < 500; round++)
        {
            int length = random.Next(data.Length);
            Crc32 crc = default;
            for (int at = 0; at < length;)
            {
                int piece = Math.Min(length - at, random.Next(700));
                crc.Append(data.AsSpan(at, piece));
                at += piece;
            }

            Assert.Equal(Reference(0, data.AsSpan(0, length)), crc.Value);
        }
    }

    private static void Check(Path path, int shortest)
    {
        Random random = new(1);
        byte[] data = new byte[12_000];
        random.NextBytes(data);
        for (int length = shortest; length <= 600; length++) CheckOne(path, data, random.Next(64), length, 0);
        for (int round = 0; round < 600; round++)
        {
            CheckOne(path, data, random.Next(256), shortest + random.Next(data.Length - shortest - 256), (uint)random.NextInt64());
        }
    }

    private static void CheckOne(Path path, byte[] data, int offset, int length, uint before)
    {
        ReadOnlySpan<byte> span = data.AsSpan(offset, length);
        uint actual = ~path(~before, span);
        Assert.True(Reference(before, span) == actual, $"{length} bytes at {offset} after {before:x8}: {actual:x8}");
        Crc32 whole = default;
        whole.Append(span);
        Assert.Equal(Reference(0, span), whole.Value);
    }

    private static uint Reference(uint crc, ReadOnlySpan<byte> data)
    {
        uint register = ~crc;
        foreach (byte value in data)
        {
            register ^= value;
            for (int bit = 0; bit < 8; bit++) register = (register & 1) != 0 ? (register >> 1) ^ 0xEDB88320 : register >> 1;
        }

        return ~register;
    }
}
