using System.Collections;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>How the verification of a snapshot ended.</summary>
public enum VerifyResultState
{
    /// <summary>Everything that was looked at is good.</summary>
    Ok,

    Failed,

    /// <summary>It was not verified: somebody is at work on it, it is gone, or it was verified not long ago.</summary>
    Skipped,

    /// <summary>A sample was looked at, and it holds no chunk of it: nothing is known of its data.</summary>
    NotChecked,
}

/// <summary>Something that is wrong with a snapshot.</summary>
/// <param name="FileName">In which file; <c>index.json.blob</c> for the manifest.</param>
/// <param name="Digest">Of the chunk, 64 hex digits; null where the file itself is meant.</param>
/// <param name="Reason">What is wrong, in PBS's words.</param>
public sealed record VerifyError(string FileName, string? Digest, string Reason)
{
    public override string ToString() =>
        Digest is null ? $"{FileName}: {Reason}" : $"{FileName}, chunk {Digest}: {Reason}";
}

/// <summary>What the verification of one file came to.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="State">
/// Ok or Failed; Skipped where the run ended before all of it was looked at, NotChecked where no chunk of it is in the
/// sample.
/// </param>
/// <param name="Size">Bytes of data behind an archive, of the file for a blob; 0 where it is no good.</param>
/// <param name="BytesRead">Bytes read for it. Chunks that were read for a file before are not read again.</param>
/// <param name="BytesDecoded">Data of the chunks that were read for it.</param>
/// <param name="BytesVerified">Data that is proven good.</param>
/// <param name="ErrorCount">Chunks that are not good, each as often as the archive refers to it.</param>
/// <param name="Reason">Why it failed, in PBS's words.</param>
public sealed record VerifiedFile(
    string FileName, VerifyResultState State, long Size, long BytesRead, long BytesDecoded, long BytesVerified, int ErrorCount, string? Reason)
{
    public override string ToString() => FileName;
}

/// <summary>A list that prints its items beside each other, so that a CSV column stays readable.</summary>
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

/// <summary>What the verification of a snapshot came to.</summary>
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

    /// <summary>UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    public required VerifyResultState State { get; init; }

    /// <summary>What is wrong; of very many bad chunks the first ones.</summary>
    public VerifyList<VerifyError> Errors { get; init; } = new([]);

    /// <summary>The files, as the manifest lists them.</summary>
    public VerifyList<VerifiedFile> Files { get; init; } = new([]);

    /// <summary>Bytes read from the store.</summary>
    public long BytesRead { get; init; }

    /// <summary>Data that is proven good, that of chunks that were read for a snapshot before among it.</summary>
    public long BytesVerified { get; init; }

    /// <summary>The share of its data that was looked at: 1 unless only a sample was asked for.</summary>
    public double Coverage { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Whether the state stands in the manifest now.</summary>
    public bool Recorded { get; init; }

    /// <summary>Why it was skipped, or not checked.</summary>
    public string? Reason { get; init; }

    /// <summary>The task; null where it was no task of its own.</summary>
    public string? Upid { get; init; }

    /// <summary>The key the snapshot was made with, where that is not the one that was given.</summary>
    internal KeyFingerprint? OtherKey { get; init; }

    /// <summary>Why it could not be looked at; null where it was.</summary>
    internal PbsException? Cause { get; init; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Path;

    private SnapshotPath Path => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => Path.ToString();
}
