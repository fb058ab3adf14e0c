using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// Slots found by whole digests: open addressing over native memory, no object for an entry. The table is made of parts
/// that grow one at a time by half, so that at rest at least 0.56 of the slots are in use and growing takes hardly more
/// memory than being large. Where a digest belongs is secret: nobody can craft an index whose digests all meet in one
/// place. For one thread at a time.
/// </summary>
/// <typeparam name="TSlot">What is kept; its first 32 bytes are the digest.</typeparam>
internal sealed unsafe class DigestTable<TSlot> : IDisposable
    where TSlot : unmanaged
{
    private const int PartBits = 6;
    private const int FirstCapacity = 64;

    // Of 20 slots 17 may be in use.
    private const int LoadNumerator = 17;
    private const int LoadDenominator = 20;

    private readonly Part[] _parts = new Part[1 << PartBits];
    private readonly long _limit;
    private readonly Func<nuint, nint> _allocate;
    private readonly ulong _key1, _key2, _key3, _key4;

    // Zeros mark a free slot. The digest that is all zeros, which only a crafted index can hold, has a place of its
    // own.
    private TSlot* _zero;
    private bool _hasZero;

    /// <param name="limit">
    /// Bytes of native memory that may be in use, also while a part grows; with one, memory that the system does not
    /// give is used up as well. Without one nothing is forgotten.
    /// </param>
    /// <param name="allocate">Gives memory, all zeros; null for the system's.</param>
    public DigestTable(long limit = long.MaxValue, Func<nuint, nint>? allocate = null)
    {
        if (sizeof(TSlot) < Digest.Size) throw new InvalidOperationException("a slot begins with its digest");
        _limit = limit;
        _allocate = allocate ?? (static bytes => (nint)NativeMemory.AllocZeroed(bytes));
        Span<ulong> keys = stackalloc ulong[4];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys));
        (_key1, _key2, _key3, _key4) = (keys[0], keys[1], keys[2], keys[3]);
        _zero = (TSlot*)NativeMemory.AllocZeroed((nuint)sizeof(TSlot));
    }

    ~DigestTable() => Free();

    /// <summary>Digests it holds.</summary>
    public long Count { get; private set; }

    /// <summary>Digests that had to make room for others, or found none, because memory was used up.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Whether the system had less memory than the limit.</summary>
    public bool IsStarved { get; private set; }

    /// <summary>Native memory in use, bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most that was ever in use, also while a part grew.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The slot of a digest, null if there is none.</summary>
    /// <remarks>Valid until the next digest is added.</remarks>
    public TSlot* Find(in Digest digest)
    {
        if (IsZero(digest)) return _hasZero ? _zero : null;
        ulong hash = Hash(digest);
        TSlot* slot = Place(ref _parts[hash >> (64 - PartBits)], hash, digest, out bool found);
        return found ? slot : null;
    }

    /// <summary>
    /// The slot of a digest; a new one has the digest and zeros. When memory is used up another digest is forgotten in
    /// its favour, or there is no slot for it: null.
    /// </summary>
    /// <remarks>Valid until the next digest is added.</remarks>
    /// <exception cref="OutOfMemoryException">The system has no more, and there is no limit.</exception>
    public TSlot* FindOrAdd(in Digest digest, out bool added)
    {
        if (IsZero(digest))
        {
            added = !_hasZero;
            _hasZero = true;
            if (added) Count++;
            return _zero;
        }

        ulong hash = Hash(digest);
        ref Part part = ref _parts[hash >> (64 - PartBits)];
        TSlot* slot = Place(ref part, hash, digest, out bool found);
        added = !found;
        if (found) return slot;
        if (part.Count >= part.MaxCount)
        {
            if (!TryGrow(ref part)) return Replace(ref part, hash, digest);
            slot = Place(ref part, hash, digest, out _);
        }

        *(Digest*)slot = digest;
        part.Count++;
        Count++;
        return slot;
    }

    /// <summary>
    /// The next slot in use, in no order to speak of; null at the end. Nothing may be added meanwhile.
    /// </summary>
    /// <param name="part">0 at first.</param>
    /// <param name="index">0 at first.</param>
    public TSlot* Next(ref int part, ref long index)
    {
        for (; part < _parts.Length; part++, index = 0)
        {
            while (index < _parts[part].Capacity)
            {
                TSlot* slot = _parts[part].Slots + index++;
                if (!IsZero(*(Digest*)slot)) return slot;
            }
        }

        if (part++ == _parts.Length && _hasZero) return _zero;
        return null;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where a digest is, or the free slot it would take; null in a part that has no slots yet.</summary>
    private static TSlot* Place(ref Part part, ulong hash, in Digest digest, out bool found)
    {
        found = false;
        if (part.Capacity == 0) return null;
        long at = Home(part, hash);
        while (true)
        {
            TSlot* slot = part.Slots + at;
            ref Digest here = ref *(Digest*)slot;
            if (here.First == digest.First && here.Equals(digest))
            {
                found = true;
                return slot;
            }

            if (here.First == 0 && IsZero(here)) return slot;
            if (++at == part.Capacity) at = 0;
        }
    }

    /// <summary>
    /// The bits below the part's choose the slot, in the order of their value: a part that grows is copied from front
    /// to back, in the memory's own order.
    /// </summary>
    private static long Home(in Part part, ulong hash) =>
        (long)Math.BigMul(hash << PartBits, (ulong)part.Capacity, out _);

    private static bool IsZero(in Digest digest) => digest.First == 0 && digest.Equals(default);

    private ulong Hash(in Digest digest)
    {
        ref ulong word = ref Unsafe.As<Digest, ulong>(ref Unsafe.AsRef(in digest));
        ulong high1 = Math.BigMul(Read(ref word, 0) ^ _key1, Read(ref word, 1) ^ _key2, out ulong low1);
        ulong high2 = Math.BigMul(Read(ref word, 2) ^ _key3, Read(ref word, 3) ^ _key4, out ulong low2);
        ulong high = Math.BigMul(high1 ^ low1 ^ _key4, high2 ^ low2 ^ _key1, out ulong low);
        return high ^ low;
    }

    /// <summary>Digests of an index lie at any address.</summary>
    private static ulong Read(ref ulong first, int index) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ulong, byte>(ref Unsafe.Add(ref first, index)));

    private bool TryGrow(ref Part part)
    {
        long capacity = part.Capacity == 0 ? FirstCapacity : part.Capacity + (part.Capacity >> 1);
        long bytes = capacity * sizeof(TSlot);
        if (Bytes + bytes > _limit && part.Capacity > 0) return false;
        TSlot* slots = Allocate(bytes);
        if (slots == null) return false;
        Part grown = new()
        {
            Slots = slots,
            Capacity = capacity,
            Count = part.Count,
            MaxCount = capacity * LoadNumerator / LoadDenominator,
        };
        Bytes += bytes;
        PeakBytes = Math.Max(PeakBytes, Bytes);
        for (long i = 0; i < part.Capacity; i++)
        {
            TSlot* old = part.Slots + i;
            if (!IsZero(*(Digest*)old)) *Place(ref grown, Hash(*(Digest*)old), *(Digest*)old, out _) = *old;
        }

        Bytes -= part.Capacity * sizeof(TSlot);
        NativeMemory.Free(part.Slots);
        part = grown;
        return true;
    }

    /// <summary>Null where the system has no more, and a limit says that it can be done with less.</summary>
    private TSlot* Allocate(long bytes)
    {
        try
        {
            return (TSlot*)_allocate((nuint)bytes);
        }
        catch (OutOfMemoryException) when (_limit != long.MaxValue)
        {
            IsStarved = true;
            return null;
        }
    }

    /// <summary>
    /// Any digest may take the place of another: slots in use stay in use, so every other one is still found where it
    /// was. It takes the first place looked at; when that is free it must stay so, since free slots are what ends a
    /// search.
    /// </summary>
    private TSlot* Replace(ref Part part, ulong hash, in Digest digest)
    {
        Forgotten++;
        if (part.Capacity == 0) return null;
        TSlot* slot = part.Slots + Home(part, hash);
        if (IsZero(*(Digest*)slot)) return null;
        *slot = default;
        *(Digest*)slot = digest;
        return slot;
    }

    private void Free()
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            NativeMemory.Free(_parts[i].Slots);
            _parts[i] = default;
        }

        NativeMemory.Free(_zero);
        _zero = null;
        Bytes = 0;
    }

    private struct Part
    {
        public TSlot* Slots;
        public long Capacity;
        public long Count;
        public long MaxCount;
    }
}
