using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// A small value for each of many digests, in native memory as <see cref="DigestSet"/>. For one thread at a time.
/// </summary>
/// <param name="limit">Bytes of memory. When they are used up, digests are forgotten with their values in favour of new
/// ones.</param>
/// <param name="allocate">Gives memory, all zeros; null for the system's.</param>
/// <example><c>map.ValueOf(digest, out _).References++; foreach (ref readonly var entry in map) …</c></example>
internal sealed unsafe class DigestMap<TValue>(
    long limit = long.MaxValue,
    Func<nuint, nint>? allocate = null) : IDisposable
    where TValue : unmanaged
{
    private readonly DigestTable<Entry> _table = new(limit, allocate);

    public long Count => _table.Count;

    /// <inheritdoc cref="DigestTable{TSlot}.Bytes"/>
    public long Bytes => _table.Bytes;

    /// <summary>
    /// The value of a digest, which is all zeros if it is new. Valid until the next digest is added. A null reference
    /// where memory is used up.
    /// </summary>
    public ref TValue ValueOf(in Digest digest, out bool added)
    {
        Entry* entry = _table.FindOrAdd(digest, out added);
        if (entry == null) return ref Unsafe.NullRef<TValue>();
        return ref entry->Value;
    }

    /// <summary>
    /// The value of a digest; a null reference if there is none. Valid until the next digest is added.
    /// </summary>
    public ref TValue Find(in Digest digest)
    {
        Entry* entry = _table.Find(digest);
        if (entry == null) return ref Unsafe.NullRef<TValue>();
        return ref entry->Value;
    }

    public bool Contains(in Digest digest) => _table.Find(digest) != null;

    /// <summary>All of them, in no order to speak of. Nothing may be added meanwhile.</summary>
    public Enumerator GetEnumerator() => new(_table);

    public void Dispose() => _table.Dispose();

    /// <summary>A digest and its value.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Entry
    {
        public Digest Digest;
        public TValue Value;
    }

    public ref struct Enumerator
    {
        private readonly DigestTable<Entry> _table;
        private int _part;
        private long _index;
        private Entry* _current;

        internal Enumerator(DigestTable<Entry> table) => _table = table;

        public readonly ref readonly Entry Current => ref *_current;

        public bool MoveNext() => (_current = _table.Next(ref _part, ref _index)) != null;
    }
}
