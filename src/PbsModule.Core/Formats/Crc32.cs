using System.Runtime.Intrinsics;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace PbsModule.Core.Formats;

/// <summary>
/// Computes the CRC-32 of IEEE 802.3 (as zlib: reflected polynomial 0xEDB88320), which protects every blob. It is part
/// of the cost of reading each chunk, so it uses carry-less multiplication if the processor supports it. The default
/// value is the CRC of no data.
/// </summary>
public struct Crc32 : IEquatable<Crc32>
{
    // For shorter data, preparing the wide instructions costs more than they save.
    private const int WideFrom = 512;

    private uint _value;

    /// <summary>The CRC of all data appended so far.</summary>
    public readonly uint Value => _value;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        Crc32 crc = default;
        crc.Append(data);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> data) => _value = ~Update(~_value, data);

    public readonly bool Equals(Crc32 other) => _value == other._value;

    public override readonly bool Equals(object? obj) => obj is Crc32 other && Equals(other);

    public override readonly int GetHashCode() => (int)_value;

    public static bool operator ==(Crc32 left, Crc32 right) => left.Equals(right);

    public static bool operator !=(Crc32 left, Crc32 right) => !left.Equals(right);

    private static uint Update(uint register, ReadOnlySpan<byte> data)
    {
        if (Crc32Folding.IsSupported && data.Length >= Vector128<byte>.Count * 4)
        {
            return data.Length < WideFrom ? Crc32Folding.Update128(register, data)
                : Crc32Folding.IsSupported512 ? Crc32Folding.Update512(register, data)
                : Crc32Folding.IsSupported256 ? Crc32Folding.Update256(register, data)
                : Crc32Folding.Update128(register, data);
        }

        return ArmCrc32.Arm64.IsSupported ? Crc32Arm.Update(register, data) : Crc32Table.Update(register, data);
    }
}
