using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Space;

/// <summary>
/// Counts references to chunks, snapshot by snapshot, those of a group and of a scope one after the other. One look at
/// each reference tells everything: a chunk is somebody's own until somebody else comes along, and then is taken off
/// what was his. For one thread.
/// </summary>
internal sealed class SpaceCount
{
    private readonly int[] _groupOf;
    private readonly int[] _scopeOf;
    private readonly SpaceNumbers[] _snapshots;
    private readonly SpaceNumbers[] _groups;
    private readonly SpaceNumbers[] _scopes;
    private SpaceNumbers _total;

    /// <param name="groupOf">The group of each snapshot.</param>
    /// <param name="scopeOf">The scope of each snapshot.</param>
    public SpaceCount(int[] groupOf, int[] scopeOf)
    {
        (_groupOf, _scopeOf) = (groupOf, scopeOf);
        _snapshots = new SpaceNumbers[groupOf.Length];
        _groups = new SpaceNumbers[groupOf.DefaultIfEmpty(-1).Max() + 1];
        _scopes = new SpaceNumbers[scopeOf.DefaultIfEmpty(-1).Max() + 1];
    }

    public SpaceNumbers[] Snapshots => _snapshots;

    public SpaceNumbers[] Groups => _groups;

    public SpaceNumbers[] Scopes => _scopes;

    public ref readonly SpaceNumbers Total => ref _total;

    /// <summary>Counts references of one snapshot; of snapshots in turn, ascending.</summary>
    /// <param name="snapshot">Which one.</param>
    /// <param name="entries">Entries of one of its indexes.</param>
    /// <param name="chunks">The chunks there are; gets those that are only referenced.</param>
    /// <param name="range">The folders that are looked at in this pass.</param>
    /// <param name="find">Bytes of a chunk that is not among them, -1 where it is not there.</param>
    public void Add(
        int snapshot,
        in ChunkEntries entries,
        DigestMap<ChunkTally> chunks,
        PrefixRange range,
        MissingChunk find)
    {
        bool isWhole = range == PrefixRange.All;
        ref SpaceNumbers own = ref _snapshots[snapshot];
        foreach (ChunkEntry entry in entries)
        {
            ref readonly Digest digest = ref entry.Digest;
            if (!isWhole && !range.Contains(digest)) continue;
            ref ChunkTally chunk = ref chunks.ValueOf(digest, out bool isUnknown);
            if (isUnknown) LookFor(ref chunk, digest, find);
            own.References++;
            own.Referenced += chunk.Size;
            if (chunk.LastSnapshot == snapshot) continue;
            if (chunk.LastSnapshot < 0) Open(ref chunk, snapshot, entry.Size);
            else Share(ref chunk, snapshot);
            chunk.LastSnapshot = snapshot;
        }
    }

    /// <summary>Counts an index as a whole.</summary>
    public void AddIndex(int snapshot, long logicalSize, long fileSize)
    {
        ref SpaceNumbers own = ref _snapshots[snapshot];
        own.Logical = SpaceNumbers.Saturating(own.Logical, logicalSize);
        own.Indexes += fileSize;
    }

    /// <summary>Sums up, when everything is counted.</summary>
    public void Finish()
    {
        for (int i = 0; i < _snapshots.Length; i++)
        {
            _groups[_groupOf[i]].Gather(_snapshots[i]);
            _scopes[_scopeOf[i]].Gather(_snapshots[i]);
            _total.Gather(_snapshots[i]);
        }
    }

    private static void LookFor(ref ChunkTally chunk, in Digest digest, MissingChunk find)
    {
        long size = find(digest);
        chunk.IsMissing = size < 0;
        chunk.Size = size;
    }

    /// <summary>Nobody has referenced it before.</summary>
    private void Open(ref ChunkTally chunk, int snapshot, long length)
    {
        chunk.Length = length;
        Count(ref _snapshots[snapshot], chunk, isNew: true, isAdded: true);
        Count(ref _groups[_groupOf[snapshot]], chunk, isNew: true, isAdded: true);
        Count(ref _scopes[_scopeOf[snapshot]], chunk, isNew: true, isAdded: true);
        Count(ref _total, chunk, isNew: true, isAdded: true);
    }

    /// <summary>Somebody else has: the chunk was that one's own up to now, if nobody else's.</summary>
    private void Share(ref ChunkTally chunk, int snapshot)
    {
        int last = chunk.LastSnapshot;
        int group = _groupOf[snapshot], lastGroup = _groupOf[last];
        int scope = _scopeOf[snapshot], lastScope = _scopeOf[last];
        Count(ref _snapshots[snapshot], chunk, isNew: false, isAdded: last != snapshot - 1 || group != lastGroup);
        if (!chunk.IsShared) _snapshots[last].Exclusive -= chunk.Size;
        chunk.IsShared = true;
        if (group != lastGroup)
        {
            Count(ref _groups[group], chunk, isNew: false, isAdded: true);
            if (!chunk.IsSharedByGroups) _groups[lastGroup].Exclusive -= chunk.Size;
            chunk.IsSharedByGroups = true;
        }

        if (scope == lastScope) return;
        Count(ref _scopes[scope], chunk, isNew: false, isAdded: true);
        if (!chunk.IsSharedByScopes) _scopes[lastScope].Exclusive -= chunk.Size;
        chunk.IsSharedByScopes = true;
    }

    private static void Count(ref SpaceNumbers numbers, in ChunkTally chunk, bool isNew, bool isAdded)
    {
        numbers.Chunks++;
        numbers.Unique += chunk.Length;
        numbers.Stored += chunk.Size;
        if (isNew) numbers.Exclusive += chunk.Size;
        if (isAdded) numbers.Added += chunk.Size;
        if (chunk.IsMissing) numbers.Missing++;
    }
}

/// <summary>Looks for a chunk that came after the folders were read.</summary>
/// <returns>Bytes of its file, -1 where there is none.</returns>
internal delegate long MissingChunk(in Digest digest);
