using System.Buffers.Binary;
using System.Numerics;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>Computes SipHash-2-4 with the keys of pxar. A directory's table uses it to find names.</summary>
internal static class SipHash
{
    private const ulong FirstKey = 0x83AC3F1CFBB450DB;
    private const ulong SecondKey = 0xAA4F1B6879369FBD;

    public static ulong Of(ReadOnlySpan<byte> name) => Of(name, FirstKey, SecondKey);

    public static ulong Of(ReadOnlySpan<byte> data, ulong k0, ulong k1)
    {
        var state = new State(
            k0 ^ 0x736F6D6570736575,
            k1 ^ 0x646F72616E646F6D,
            k0 ^ 0x6C7967656E657261,
            k1 ^ 0x7465646279746573);
        ulong last = (ulong)data.Length << 56;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        for (int i = 0; i < data.Length; i++) last |= (ulong)data[i] << (8 * i);
        state.Add(last);
        return state.Finish();
    }

    private struct State(ulong a, ulong b, ulong c, ulong d)
    {
        private ulong _a = a;
        private ulong _b = b;
        private ulong _c = c;
        private ulong _d = d;

        public void Add(ulong word)
        {
            _d ^= word;
            Round();
            Round();
            _a ^= word;
        }

        public ulong Finish()
        {
            _c ^= 0xFF;
            for (int i = 0; i < 4; i++) Round();
            return _a ^ _b ^ _c ^ _d;
        }

        private void Round()
        {
            _a += _b;
            _c += _d;
            _b = BitOperations.RotateLeft(_b, 13) ^ _a;
            _d = BitOperations.RotateLeft(_d, 16) ^ _c;
            _a = BitOperations.RotateLeft(_a, 32) + _d;
            _c += _b;
            _d = BitOperations.RotateLeft(_d, 21) ^ _a;
            _b = BitOperations.RotateLeft(_b, 17) ^ _c;
            _c = BitOperations.RotateLeft(_c, 32);
        }
    }
}
