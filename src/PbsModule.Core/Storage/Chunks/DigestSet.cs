using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// Digests that were seen, whole: a part of a digest as key would let a crafted collision lose a chunk. Takes 57 bytes
/// of native memory a digest at most. For one thread at a time.
/// </summary>
/// <param name="limit">
/// Bytes of memory. When they are used up, old digests are forgotten in favour of new ones: <see cref="Add"/> then says
/// of some that they are new although they were seen, never the other way round.
/// </param>
/// <param name="allocate">Gives memory, all zeros; null for the system's.</param>
internal sealed unsafe class DigestSet(long limit = long.MaxValue, Func<nuint, nint>? allocate = null) : IDisposable
{
    private readonly DigestTable<Digest> _table = new(limit, allocate);

    /// <summary>Digests it remembers.</summary>
    public long Count => _table.Count;

    /// <summary>Whether it remembers every digest that was ever added.</summary>
    public bool IsComplete => _table.Forgotten == 0;

    /// <inheritdoc cref="DigestTable{TSlot}.IsStarved"/>
    public bool IsStarved => _table.IsStarved;

    /// <inheritdoc cref="DigestTable{TSlot}.Bytes"/>
    public long Bytes => _table.Bytes;

    /// <inheritdoc cref="DigestTable{TSlot}.PeakBytes"/>
    public long PeakBytes => _table.PeakBytes;

    /// <summary>Remembers a digest.</summary>
    /// <returns>True if it is new.</returns>
    public bool Add(in Digest digest)
    {
        _table.FindOrAdd(digest, out bool added);
        return added;
    }

    public bool Contains(in Digest digest) => _table.Find(digest) != null;

    public void Dispose() => _table.Dispose();
}
