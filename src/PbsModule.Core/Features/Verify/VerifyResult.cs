using System.Collections;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Verify;

/// <summary>The result of verifying a snapshot.</summary>
public enum VerifyResultState
{
    /// <summary>Everything checked is good.</summary>
    Ok,

    Failed,

    /// <summary>Not verified: it is in use, has been removed, or was verified recently.</summary>
    Skipped,

    /// <summary>The sample contains none of its chunks, so the state of its data is unknown.</summary>
    NotChecked,
}

/// <summary>A fault found in a snapshot.</summary>
/// <param name="FileName">The affected file; <c>index.json.blob</c> for the manifest.</param>
/// <param name="Digest">Digest of the bad chunk, 64 hex digits; null if the file itself is bad.</param>
/// <param name="Reason">The fault, in PBS's words.</param>
public sealed record VerifyError(string FileName, string? Digest, string Reason)
{
    public override string ToString() =>
        Digest is null ? $"{FileName}: {Reason}" : $"{FileName}, chunk {Digest}: {Reason}";
}

/// <summary>The result of verifying one file.</summary>
/// <param name="FileName">Name of the file.</param>
/// <param name="State">
/// Ok or Failed; Skipped if the run ended before all of it was checked, NotChecked if the sample has none of its
/// chunks.
/// </param>
/// <param name="Size">Logical size of an archive, or file size of a blob, in bytes; 0 if the file is bad.</param>
/// <param name="BytesRead">Bytes read for it. Chunks already read for another file are not read again.</param>
/// <param name="BytesDecoded">Bytes of decoded data of the chunks read for it.</param>
/// <param name="BytesVerified">Bytes of data proven good.</param>
/// <param name="ErrorCount">Number of bad chunks, each counted once for every reference in the archive.</param>
/// <param name="Reason">Reason of the failure, in PBS's words.</param>
public sealed record VerifiedFile(
    string FileName,
    VerifyResultState State,
    long Size,
    long BytesRead,
    long BytesDecoded,
    long BytesVerified,
    int ErrorCount,
    string? Reason)
{
    public override string ToString() => FileName;
}

/// <summary>A list whose text is its items on one line, so that a CSV column stays readable.</summary>
public sealed class VerifyList<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _items;

    internal VerifyList(IReadOnlyList<T> items) => _items = items;

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join("; ", _items);
}

/// <summary>The result of verifying a snapshot. Its text is the snapshot's identity.</summary>
public sealed class VerifyResult : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    internal VerifyResult(GroupIdentity group, long time)
    {
        _group = group;
        _time = time;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>Time of the backup, UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    public required VerifyResultState State { get; init; }

    /// <summary>The faults; of very many bad chunks only the first.</summary>
    public VerifyList<VerifyError> Errors { get; init; } = new([]);

    /// <summary>The results of its files, in the order of the manifest.</summary>
    public VerifyList<VerifiedFile> Files { get; init; } = new([]);

    /// <summary>Bytes read from the store.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of data proven good, including chunks already read for an earlier snapshot.</summary>
    public long BytesVerified { get; init; }

    /// <summary>The share of its data that was checked: 1 unless only a sample was requested.</summary>
    public double Coverage { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Whether the state was written to the manifest.</summary>
    public bool Recorded { get; init; }

    /// <summary>The reason why it was skipped or not checked.</summary>
    public string? Reason { get; init; }

    /// <summary>UPID of the task; null if it had no task of its own.</summary>
    public string? Upid { get; init; }

    /// <summary>The key that the snapshot was encrypted with, if it differs from the given key.</summary>
    internal KeyFingerprint? OtherKey { get; init; }

    /// <summary>The failure that prevented the verification; null if there was none.</summary>
    internal PbsException? Cause { get; init; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Path;

    private SnapshotPath Path => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => Path.ToString();
}
