using System.Buffers.Binary;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace PbsModule.Core.Formats;

/// <summary>Computes CRC-32 with the instruction of 64-bit ARM processors.</summary>
internal static class Crc32Arm
{
    public static bool IsSupported => ArmCrc32.Arm64.IsSupported;

    /// <param name="register">The inverted CRC of the previous data.</param>
    /// <param name="data">The data, of any length.</param>
    public static uint Update(uint register, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            register = ArmCrc32.Arm64.ComputeCrc32(register, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data) register = ArmCrc32.ComputeCrc32(register, value);
        return register;
    }
}
