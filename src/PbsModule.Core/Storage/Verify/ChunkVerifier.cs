using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Checks the chunks of archives and says in PBS's words what is wrong with them. One for each worker. A chunk that
/// looks damaged is read once more before that is believed, for it will be renamed and its snapshots be marked. Source:
/// PBS src/backup/verify.rs.
/// </summary>
internal sealed class ChunkVerifier : IDisposable
{
    private readonly string _store;
    private readonly ChunkFindings _findings;
    private readonly CorruptChunks? _corrupt;
    private readonly Func<CryptKey?, ChunkReader> _open;
    private readonly ChunkReader _plain;
    private ChunkReader? _keyed;

    /// <param name="store">Name of the store, as messages call it.</param>
    /// <param name="findings">Receives bad chunks.</param>
    /// <param name="corrupt">Sets corrupt chunks aside; null where nothing may be written.</param>
    /// <param name="open">Makes a reader with or without a key.</param>
    /// <exception cref="PbsException">The chunk folder cannot be opened.</exception>
    public ChunkVerifier(
        string store,
        ChunkFindings findings,
        CorruptChunks? corrupt,
        Func<CryptKey?, ChunkReader> open)
    {
        _store = store;
        _findings = findings;
        _corrupt = corrupt;
        _open = open;
        _plain = open(null);
    }

    /// <inheritdoc cref="ChunkReader.Waited"/>
    public long Waited => _plain.Waited + (_keyed?.Waited ?? 0);

    /// <summary>Checks one chunk; what is wrong with it is told to the file.</summary>
    /// <returns>Whether it is good.</returns>
    /// <exception cref="PbsStorageException">There are no handles or no memory left.</exception>
    public bool Check(FileCheck file, in PendingChunk chunk) =>
        chunk.Claim == ClaimKind.New ? CheckFirst(file, chunk) : CheckOther(file, chunk);

    private bool CheckFirst(FileCheck file, in PendingChunk chunk)
    {
        ChunkReader reader = ReaderFor(file);
        ChunkCheck check = reader.Check(chunk.Digest, chunk.Size);
        bool isRetried = check.IsRetried;
        FileStatus? read = null;
        if (check.Fault is ChunkFault.Damaged or ChunkFault.Content)
        {
            read = _corrupt?.Look(chunk.Digest);
            ChunkCheck again = reader.Check(chunk.Digest, chunk.Size);
            isRetried |= again.Fault != check.Fault;

            // Found good, or not to be read any more: either way nothing has confirmed the damage.
            if (again.IsGood || again.Fault is ChunkFault.Missing or ChunkFault.Unreadable) check = again;
        }

        if (check.LoadFailed) Exhaustion.ThrowIf(check.Error!);
        else file.AddRead(check.EncodedLength, chunk.Size);
        if (isRetried && check.IsGood) file.Add(Retried(chunk.Digest));
        FileFinding? misfit = check.LoadFailed ? null : MisfitOf(file, check, chunk.Digest);
        if (misfit is not null) file.Add(misfit);
        if (!check.IsGood)
        {
            Tell(file, chunk, check, read);
        }
        else if (misfit is not null)
        {
            _findings.Add(chunk.Digest, new BadChunk(file, ChunkFault.CryptMode, misfit.Reason));
        }

        return check.IsGood && misfit is null;
    }

    /// <summary>
    /// Checks a chunk once more, for an index that says something else of it than the one before. What is wrong is
    /// wrong for this index: the
    /// chunk stays what it was found to be, and where it is.
    /// </summary>
    private bool CheckOther(FileCheck file, in PendingChunk chunk)
    {
        ChunkReader reader = ReaderFor(file);
        ChunkCheck check = reader.Check(chunk.Digest, chunk.Size);
        if (check.LoadFailed) Exhaustion.ThrowIf(check.Error!);
        else file.AddRead(check.EncodedLength, chunk.Size);

        // One that is bad for all is counted with the other references to it.
        if (_findings.Contains(chunk.Digest)) return false;
        string? fault = !check.IsGood ? check.Reason
            : MisfitOf(file, check, chunk.Digest) is { } misfit ? misfit.Reason
            : chunk.Claim == ClaimKind.OtherLength && check.CryptMode == CryptMode.Encrypt && reader == _plain
                ? $"chunk {chunk.Digest} has another length here than in an index before"
            : null;
        if (fault is null) return true;
        file.Add(new FileFinding(chunk.Digest, check.IsGood ? ChunkFault.CryptMode : check.Fault, fault, fault),
            chunk.Size);
        return false;
    }

    private ChunkReader ReaderFor(FileCheck file) => file.Key is null ? _plain : _keyed ??= _open(file.Key);

    public void Dispose()
    {
        _plain.Dispose();
        _keyed?.Dispose();
    }

    private static FileFinding Retried(in Digest digest)
    {
        string line = $"chunk {digest} could not be read at first, and was read and found good at the second attempt";
        return new FileFinding(digest, ChunkFault.None, line, line);
    }

    /// <summary>A mode that does not fit counts as an error of the archive, not of the chunk.</summary>
    private static FileFinding? MisfitOf(FileCheck file, in ChunkCheck check, in Digest digest)
    {
        CryptMode expected = file.IsEncrypted ? CryptMode.Encrypt : CryptMode.None;
        if (check.CryptMode == expected) return null;
        string line = $"chunk CryptMode {check.CryptMode} does not match index CryptMode {expected}";
        return new FileFinding(digest, ChunkFault.CryptMode, line, line);
    }

    private void Tell(FileCheck file, in PendingChunk chunk, in ChunkCheck check, FileStatus? read)
    {
        string line = check.LoadFailed
            ? $"can't verify chunk, load failed - store '{_store}', unable to load chunk '{chunk.Digest}' - "
                + $"{check.Reason}"
            : check.Reason;
        _findings.Add(chunk.Digest, new BadChunk(file, check.Fault, check.Reason));
        string? renamed =
            check.Fault is ChunkFault.Damaged or ChunkFault.Content ? _corrupt?.SetAside(chunk.Digest, read) : null;
        file.Add(new FileFinding(chunk.Digest, check.Fault, check.Reason, renamed is null
            ? [line]
            : [line, renamed]), chunk.Size);
    }
}
