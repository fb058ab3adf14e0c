using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PbsModule.Core.Formats;

/// <summary>
/// Computes CRC-32 with a table, sixteen bytes a step. Needs no special instructions and finishes the work of the other
/// methods.
/// </summary>
internal static class Crc32Table
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 16;

    // Slice k contains the register after one byte and k zero bytes.
    private static readonly uint[] Table = Build();

    /// <param name="register">The inverted CRC of the previous data.</param>
    /// <param name="data">The data, of any length.</param>
    public static uint Update(uint register, ReadOnlySpan<byte> data)
    {
        ref uint table = ref MemoryMarshal.GetArrayDataReference(Table);
        while (data.Length >= Slices)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ register;
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
            register = Look(ref table, 15, low) ^ Look(ref table, 14, low >> 8) ^ Look(ref table, 13, low >> 16) ^ Look(
                ref table,
                12,
                low >> 24)
                ^ Look(ref table, 11, low >> 32) ^ Look(ref table, 10, low >> 40) ^ Look(
                    ref table,
                    9,
                    low >> 48) ^ Look(
                    ref table,
                    8,
                    low >> 56)
                ^ Look(ref table, 7, high) ^ Look(ref table, 6, high >> 8) ^ Look(ref table, 5, high >> 16) ^ Look(
                    ref table,
                    4,
                    high >> 24)
                ^ Look(ref table, 3, high >> 32) ^ Look(ref table, 2, high >> 40) ^ Look(
                    ref table,
                    1,
                    high >> 48) ^ Look(
                    ref table,
                    0,
                    high >> 56);
            data = data[Slices..];
        }

        foreach (byte value in data) register = (register >> 8) ^ Look(ref table, 0, register ^ value);
        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Look(ref uint table, int slice, ulong bits) =>
        Unsafe.Add(ref table, (nuint)((uint)slice * 256 + (uint)(byte)bits));

    private static uint[] Build()
    {
        uint[] table = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint register = i;
            for (int bit = 0; bit < 8; bit++) register = (register >> 1) ^ ((register & 1) * Polynomial);
            table[i] = register;
        }

        for (int i = 256; i < table.Length; i++) table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}
