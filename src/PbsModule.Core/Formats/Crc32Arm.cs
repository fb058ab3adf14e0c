using System.Buffers.Binary;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace PbsModule.Core.Formats;

/// <summary>CRC-32 by the instruction 64-bit ARM processors have for it.</summary>
internal static class Crc32Arm
{
    public static bool IsSupported => ArmCrc32.Arm64.IsSupported;

    /// <param name="register">The inverted CRC of what came before.</param>
    /// <param name="data">Any number of bytes.</param>
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
