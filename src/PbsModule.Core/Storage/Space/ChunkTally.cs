using System.Runtime.InteropServices;

namespace PbsModule.Core.Storage.Space;

/// <summary>What is remembered of a chunk, in 12 bytes: with its digest 78 bytes of memory at most.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ChunkTally
{
    /// <summary>Native memory for one, as full as the table is at least.</summary>
    public const int Bytes = 78;

    private const uint SizeMask = (1u << 28) - 1;
    private const uint BySnapshots = 1u << 28;
    private const uint ByGroups = 1u << 29;
    private const uint ByScopes = 1u << 30;
    private const uint Absent = 1u << 31;

    private uint _size;
    private uint _length;
    private int _last;

    /// <summary>Bytes of the file; 256 MiB less one at most, which no chunk comes near.</summary>
    public long Size
    {
        readonly get => _size & SizeMask;
        set => _size = (_size & ~SizeMask) | (uint)Math.Clamp(value, 0, SizeMask);
    }

    /// <summary>Bytes of the data in it, as the first index that references it says.</summary>
    public long Length
    {
        readonly get => _length;
        set => _length = (uint)Math.Min(value, uint.MaxValue);
    }

    /// <summary>The snapshot that referenced it last, -1 for none yet. Who else did, the marks below tell.</summary>
    public int LastSnapshot
    {
        readonly get => _last - 1;
        set => _last = value + 1;
    }

    /// <summary>More than one snapshot.</summary>
    public bool IsShared
    {
        readonly get => Has(BySnapshots);
        set => Set(BySnapshots, value);
    }

    /// <summary>More than one group.</summary>
    public bool IsSharedByGroups
    {
        readonly get => Has(ByGroups);
        set => Set(ByGroups, value);
    }

    /// <summary>More than one scope.</summary>
    public bool IsSharedByScopes
    {
        readonly get => Has(ByScopes);
        set => Set(ByScopes, value);
    }

    public bool IsMissing
    {
        readonly get => Has(Absent);
        set => Set(Absent, value);
    }

    private readonly bool Has(uint mark) => (_size & mark) != 0;

    private void Set(uint mark, bool value) => _size = value ? _size | mark : _size & ~mark;
}
