using System.Text.Unicode;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>
/// Reads snapshots: one listing of the folder tells its files, whether it is finished and whether it is protected, and
/// one read gets the manifest. Buffers and the native decoder are kept from one to the next; for one thread at a time.
/// </summary>
internal sealed class SnapshotReader : IDisposable
{
    /// <summary>Up to so many files, comparing with each is faster than a set.</summary>
    private const int FewFiles = 16;

    private readonly EntryList _entries = new();
    private readonly List<ListingProblem> _problems = [];
    private readonly ManifestSummary _manifest = new();
    private readonly List<PackedSnapshotFile> _files = [];
    private readonly List<string> _others = [];
    private Folder? _folder;

    /// <summary>What was wrong with the last snapshot, whether or not it is there.</summary>
    public List<ListingProblem> Problems => _problems;

    /// <summary>Why the last snapshot's manifest could not be read; null when it could, or was not asked for.</summary>
    public PbsException? ManifestFailure { get; private set; }

    /// <summary>
    /// Reads one snapshot. False when it has vanished, or cannot be looked into; <see cref="Problems"/> tells.
    /// </summary>
    /// <param name="group">Open group.</param>
    /// <param name="time">Which snapshot.</param>
    /// <param name="manifest">False when the folder is enough.</param>
    /// <param name="record">What was found.</param>
    public bool TryRead(GroupFolder group, TimeFolder time, bool manifest, out SnapshotRecord record)
    {
        _problems.Clear();
        ManifestFailure = null;
        record = new SnapshotRecord { Time = time.Time, Size = -1, Files = [] };
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        name = name[..time.WriteName(name)];
        int error = group.Folder.OpenFolder(name, ref _folder);
        if (error == 0)
        {
            error = _folder!.List(_entries);
            if (error == 0) Inspect(ref record);
            if (error == 0 && manifest) ReadManifest(new SnapshotPlace(group, time), ref record);
            _folder.Close();
        }

        if (error == 0) return true;
        string path = new SnapshotPlace(group, time).Path;
        ListingProblem? problem = error is OsError.ENOTDIR or OsError.ELOOP
            ? WalkProblem.Link(path, "snapshot")
            : WalkProblem.Unreadable(error, path);
        if (problem is not null) _problems.Add(problem);
        return false;
    }

    /// <summary>Names of the data files in the folder that was read last, ordinal.</summary>
    public string[] FileNames()
    {
        CollectOthers(known: 0);
        return [.. _others];
    }

    public void Dispose()
    {
        _folder?.Dispose();
        _manifest.Dispose();
    }

    private void Inspect(ref SnapshotRecord record)
    {
        for (int i = 0; i < _entries.Count; i++)
        {
            ReadOnlySpan<byte> name = _entries.Name(i);
            if (name.SequenceEqual("index.json.blob"u8)) record.Finished = true;
            else if (name.SequenceEqual(".protected"u8)) record.Protected = true;
        }
    }

    private void ReadManifest(in SnapshotPlace snapshot, ref SnapshotRecord record)
    {
        _files.Clear();
        ManifestFailure = _manifest.Read(_folder!, snapshot, ref record, _files, _problems);
        if (ManifestFailure is not null) Report(ManifestFailure, snapshot, ref record);
        CollectOthers(_files.Count);
        foreach (string name in _others)
        {
            _files.Add(new PackedSnapshotFile(name, PackedSnapshotFile.Unknown, PackedSnapshotFile.Unknown));
        }

        record.Files = [.. _files];
    }

    /// <summary>PBS's log line about a snapshot that it lists without its manifest.</summary>
    private void Report(PbsException failure, in SnapshotPlace snapshot, ref SnapshotRecord record)
    {
        string reason = (failure as PbsFormatException)?.Reason ?? failure.Message;
        bool isUnfinished = failure.ErrorId == PbsErrorId.ManifestMissing;
        record.Problem = isUnfinished ? null : reason;
        ListingProblemKind kind = isUnfinished ? ListingProblemKind.Information : ListingProblemKind.Warning;
        _problems.Add(new ListingProblem(
            failure.ErrorId,
            $"error during snapshot file listing: '{reason}'",
            snapshot.Path,
            kind,
            failure)
        {
            IsOfManifest = true,
        });
    }

    /// <summary>
    /// Gathers the folder's data files that are not among the first <paramref name="known"/> of the list.
    /// </summary>
    private void CollectOthers(int known)
    {
        _others.Clear();
        HashSet<string>? listed = known > FewFiles ? [.. _files.Take(known).Select(file => file.Name)] : null;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries.Kind(i) != EntryKind.File || !IsDataFile(_entries.Name(i))) continue;
            string name = _manifest.InternName(_entries.Name(i));
            if (!(listed?.Contains(name) ?? IsListed(name, known))) _others.Add(name);
        }

        if (_others.Count > 1) _others.Sort(StringComparer.Ordinal);
    }

    private bool IsListed(string name, int known)
    {
        for (int i = 0; i < known; i++)
        {
            if (_files[i].Name == name) return true;
        }

        return false;
    }

    private static bool IsDataFile(ReadOnlySpan<byte> name) =>
        (name.EndsWith(".fidx"u8) || name.EndsWith(".didx"u8) || name.EndsWith(".blob"u8))
            && !name.Contains((byte)'\n')
            && Utf8.IsValid(name);
}
