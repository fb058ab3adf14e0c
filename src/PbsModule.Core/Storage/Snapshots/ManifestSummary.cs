using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>Reads what a listing shows of a manifest. For one thread at a time.</summary>
internal sealed class ManifestSummary : IDisposable
{
    private readonly ManifestBlob _blob = new();
    private readonly ManifestSummaryReader _reader = new();

    /// <inheritdoc cref="ManifestSummaryReader.InternName"/>
    public string InternName(ReadOnlySpan<byte> utf8) => _reader.InternName(utf8);

    /// <summary>Completes the record from the manifest in an open snapshot folder.</summary>
    /// <param name="folder">The snapshot's folder.</param>
    /// <param name="snapshot">Where it is, for what is wrong with it.</param>
    /// <param name="record">Receives all but the files.</param>
    /// <param name="files">Receives the files the manifest names, and the manifest itself.</param>
    /// <param name="problems">Receives PBS's log lines.</param>
    /// <returns>Why it could not be read, or null.</returns>
    /// <exception cref="PbsPlatformException">libzstd is missing.</exception>
    public PbsException? Read(
        Folder folder,
        in SnapshotPlace snapshot,
        ref SnapshotRecord record,
        List<PackedSnapshotFile> files,
        List<ListingProblem> problems)
    {
        if (!record.Finished) return ManifestBlob.Missing(OsError.ENOENT, snapshot);
        try
        {
            PbsException? failure = _blob.TryDecode(folder, snapshot, out ReadOnlySpan<byte> text);
            if (failure is not null) return failure;
            _reader.Read(text);
        }
        catch (PbsFormatException e)
        {
            return ManifestBlob.Damaged(e, snapshot);
        }

        Take(ref record, files);
        if (_reader.KeyFingerprintProblem is { } fingerprint) problems.Add(Problem(fingerprint, snapshot));
        if (_reader.VerifyStateProblem is { } state) problems.Add(Problem(state, snapshot));
        return null;
    }

    public void Dispose() => _blob.Dispose();

    private void Take(ref SnapshotRecord record, List<PackedSnapshotFile> files)
    {
        record.Size = 0;
        foreach (ref readonly ManifestFileSummary file in _reader.Files)
        {
            record.Encrypted |= file.CryptMode == CryptMode.Encrypt;
            Add(file.FileName, (long)Math.Min(file.Size, long.MaxValue), file.CryptMode, ref record, files);
        }

        Add(ManifestBlob.FileName, _blob.Length, _reader.IsSigned
            ? CryptMode.SignOnly
            : CryptMode.None, ref record, files);
        record.Comment = _reader.Comment;
        record.Verified = _reader.VerifyOutcome;
        record.VerifyUpid = _reader.VerifyUpid;
        record.Fingerprint = _reader.KeyFingerprint;
        record.SyncSourceSignature = _reader.SyncSourceSignature;
    }

    private static void Add(
        string name,
        long size,
        CryptMode mode,
        ref SnapshotRecord record,
        List<PackedSnapshotFile> files)
    {
        files.Add(new PackedSnapshotFile(name, size, (sbyte)mode));
        record.Size = size > long.MaxValue - record.Size ? long.MaxValue : record.Size + size;
    }

    private static ListingProblem Problem(string line, in SnapshotPlace snapshot) =>
        new(PbsErrorId.ManifestInvalid, line, snapshot.Path, ListingProblemKind.Warning);
}
