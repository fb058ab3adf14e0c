using System.Numerics;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>
/// Cuts a stream into chunks by content at the same positions as PBS: a cyclic polynomial hash over the last 64 bytes
/// is tested from a quarter of the average size, and a cut is forced at four times the average size. The cuts do not
/// depend on how the stream is divided into calls. Source: pbs-datastore <c>chunker.rs</c>.
/// </summary>
public sealed class Chunker
{
    /// <summary>The average chunk size for archives in bytes.</summary>
    public const int DefaultAverage = 4 << 20;

    /// <summary>The average chunk size for the catalog in bytes.</summary>
    public const int CatalogAverage = 512 << 10;

    private const int Window = 64;
    private const int SmallestAverage = 4 * Window;
    private const int LargestAverage = 1 << 28;

    private readonly byte[] _window = new byte[Window];
    private readonly int _hashFrom;
    private readonly int _largest;
    private readonly uint _mask;
    private readonly uint _limit;
    private uint _hash;
    private int _filled;
    private int _size;

    /// <param name="average">The average chunk size in bytes, a power of two from 256 to 2^28.</param>
    public Chunker(int average = DefaultAverage)
    {
        if (!BitOperations.IsPow2(average) || average is < SmallestAverage or > LargestAverage)
        {
            throw new ArgumentOutOfRangeException(nameof(average));
        }

        // The hash depends only on the last 64 bytes, so it starts just before the first byte at which it is tested.
        _hashFrom = Math.Max(0, (average / 4) - Window - 1);
        _largest = average * 4;
        _mask = (uint)(2 * average) - 1;
        _limit = _mask - 2;
    }

    /// <summary>Processes the next bytes of the stream.</summary>
    /// <returns>
    /// If the current chunk ends in these bytes, the number of them that belong to it. The caller repeats the call with
    /// the rest. 0 if the chunk continues.
    /// </returns>
    public int Scan(ReadOnlySpan<byte> data)
    {
        int at = Math.Min(data.Length, Math.Max(0, _hashFrom - _size));
        for (; _filled < Window && at < data.Length; at++)
        {
            _window[_filled++] = data[at];
            _hash = BitOperations.RotateLeft(_hash, 1) ^ BuzhashTable.Values[data[at]];
        }

        int stop = (int)Math.Min(data.Length, (long)_largest - _size);
        int cut = Test(data[..stop], at);
        if (cut == 0 && stop > 0 && _size + stop == _largest) cut = stop;
        if (cut == 0)
        {
            _size += data.Length;
            return 0;
        }

        _hash = 0;
        _size = 0;
        _filled = 0;
        return cut;
    }

    // Tests the bytes from a position. The window contains the bytes before it.
    private int Test(ReadOnlySpan<byte> data, int from)
    {
        if (from >= data.Length) return 0;
        uint hash = _hash;
        int middle = Math.Min(data.Length, from + Window);
        for (int i = from; i < middle; i++)
        {
            hash = BitOperations.RotateLeft(
                hash,
                1) ^ BuzhashTable.Values[_window[i - from]] ^ BuzhashTable.Values[data[i]];
            if ((hash & _mask) >= _limit) return i + 1;
        }

        uint mask = _mask;
        uint limit = _limit;
        ReadOnlySpan<byte> entering = data[middle..];
        ReadOnlySpan<byte> leaving = data.Slice(middle == data.Length ? 0 : from, entering.Length);
        ReadOnlySpan<uint> table = BuzhashTable.Values;
        for (int i = 0; i < entering.Length; i++)
        {
            hash = BitOperations.RotateLeft(hash, 1) ^ table[leaving[i]] ^ table[entering[i]];
            if ((hash & mask) >= limit) return middle + i + 1;
        }

        _hash = hash;
        Remember(data[from..]);
        return 0;
    }

    private void Remember(ReadOnlySpan<byte> rolled)
    {
        if (rolled.Length >= Window)
        {
            rolled[^Window..].CopyTo(_window);
            return;
        }

        _window.AsSpan(rolled.Length).CopyTo(_window);
        rolled.CopyTo(_window.AsSpan(Window - rolled.Length));
    }
}
