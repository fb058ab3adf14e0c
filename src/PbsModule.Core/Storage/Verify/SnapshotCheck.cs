using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Verify;

/// <summary>How far a snapshot has come.</summary>
internal enum SnapshotStage
{
    /// <summary>Nobody has looked at it yet.</summary>
    Waiting,

    /// <summary>It is not verified, and that is no failure.</summary>
    Skipped,

    /// <summary>It cannot be locked, or its manifest cannot be loaded.</summary>
    Unreadable,

    /// <summary>Its files are being looked at.</summary>
    Open,
}

/// <summary>
/// The verification of one snapshot, under its shared lock from the first look until <see cref="Dispose"/>. One thread
/// opens it and looks at its files, one waits for it.
/// </summary>
/// <param name="group">Its group; held until the end.</param>
/// <param name="time">Its folder.</param>
/// <param name="signal">Pulsed when there is news.</param>
internal sealed class SnapshotCheck(GroupFolder group, TimeFolder time, VerifySignal signal) : IDisposable
{
    private readonly GroupFolder _group = group.Hold();
    private FileCheck[] _files = [];
    private Folder? _folder;
    private HeldLock? _lock;
    private volatile int _stage;
    private volatile bool _isLooked;

    public GroupFolder Group => _group;

    public TimeFolder Time { get; } = time;

    public SnapshotPath Path { get; } = new(group.Namespace, group.Path, time.Time);

    public SnapshotStage Stage => (SnapshotStage)_stage;

    /// <summary>Why it is skipped, or why it cannot be looked at; in PBS's words.</summary>
    public string? Reason { get; private set; }

    /// <summary>The log line about a snapshot that cannot be looked at, without its name.</summary>
    public string? Line { get; private set; }

    /// <summary>Whether it is skipped because it was verified not long ago.</summary>
    public bool IsRecent { get; private set; }

    /// <summary>A sample is looked at, and no chunk of this snapshot is in it.</summary>
    public bool IsUnsampled => Array.Exists(_files, file => file.IsUnsampled)
        && !Array.Exists(_files, file => file.SampledChunks > 0);

    /// <summary>What <see cref="Reason"/> comes from, where that is a failure.</summary>
    public PbsException? Cause { get; private set; }

    /// <summary>What is wrong with the signature, where there is a key to check it with.</summary>
    public string? SignatureProblem { get; private set; }

    /// <summary>
    /// The key it was made with, where there is a key and that is another; then it is checked as without one.
    /// </summary>
    public KeyFingerprint? OtherKey { get; private set; }

    /// <summary>Whether a key is used of which nothing tells that it is the right one.</summary>
    public bool IsKeyUnproven { get; private set; }

    /// <summary>As the manifest lists them.</summary>
    public IReadOnlyList<FileCheck> Files => _files;

    /// <summary>Every file was looked at; chunks may be under way.</summary>
    public bool IsLooked => _isLooked;

    /// <summary>Nothing of it is under way any more.</summary>
    public bool IsDone
    {
        get
        {
            if (!IsLooked) return false;
            foreach (FileCheck file in _files)
            {
                if (!file.IsDone) return false;
            }

            return true;
        }
    }

    /// <summary>From the first look at a file to the last chunk.</summary>
    public TimeSpan Duration
    {
        get
        {
            TimeSpan sum = TimeSpan.Zero;
            foreach (FileCheck file in _files)
            {
                if (file.IsStarted && file.IsDone) sum += file.Duration;
            }

            return sum;
        }
    }

    public bool IsPartial => Array.Exists(_files, file => file.IsPartial);

    /// <summary>Locks it, loads its manifest, asks whether it is wanted, and looks at its files.</summary>
    /// <param name="scan">Looks at files.</param>
    /// <param name="locks">Takes the lock.</param>
    /// <param name="manifests">Reads manifests.</param>
    /// <param name="key">For a check in depth of what was encrypted with it.</param>
    /// <param name="isWanted">Whether it is to be verified, by what its manifest says of the last time.</param>
    /// <exception cref="PbsStorageException">There are no handles or no memory left.</exception>
    public void Run(
        FileScan scan,
        VerifyLocks locks,
        ManifestBlob manifests,
        CryptKey? key,
        Func<Manifest, bool> isWanted)
    {
        try
        {
            if (Open() is not { } folder || TryLoad(folder, locks, manifests) is not { } manifest) return;
            if (!isWanted(manifest))
            {
                IsRecent = true;
                Skip("recently verified", inBrackets: true);
                return;
            }

            Begin(manifest, key);
            foreach (FileCheck file in _files) scan.Run(folder, file);
        }
        finally
        {
            _isLooked = true;
            signal.Pulse();
        }
    }

    /// <summary>Will not be looked at: the run ends before.</summary>
    public void Drop()
    {
        _isLooked = true;
        signal.Pulse();
    }

    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
        _folder?.Dispose();
        _folder = null;
        _group.Dispose();
    }

    private Folder? Open()
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        int error = _group.Folder.OpenFolder(name[..Time.WriteName(name)], ref _folder);
        if (error == 0) return _folder;
        Exhaustion.ThrowIf(error, new SnapshotPlace(_group, Time).Path);
        if (error != OsError.ENOENT) Fail(ManifestBlob.Missing(error, new SnapshotPlace(_group, Time)));
        else if (_group.Store.WhyLost() is { } lost) Fail(lost);
        else Skip("snapshot does not exist (anymore).");
        return null;
    }

    /// <summary>Whether its folder has gone out of a store that is still there.</summary>
    private bool IsGone()
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        return _group.Folder.KindOf(name[..Time.WriteName(name)], out _) == OsError.ENOENT
            && _group.Store.WhyLost() is null;
    }

    private Manifest? TryLoad(Folder folder, VerifyLocks locks, ManifestBlob manifests)
    {
        var place = new SnapshotPlace(_group, Time);
        try
        {
            _lock = locks.Take(_group, Time, folder);
        }
        catch (PbsException e)
        {
            Exhaustion.ThrowIf(e);
            Cause = e;
            string reason = $"could not acquire snapshot lock: {e.Message}";

            // In use, or gone meanwhile. All else stays in the way, and a run that passes over it would look like a
            // good one for ever.
            if (e is PbsLockedException || IsGone()) Skip(reason);
            else Fail(e, reason, reason);
            return null;
        }

        PbsException? failure = manifests.TryRead(folder, place, out Manifest? manifest);
        if (failure is PbsStorageException) failure = manifests.TryRead(folder, place, out manifest);
        if (failure is null) return manifest;
        Exhaustion.ThrowIf(failure);
        Fail(failure);
        return manifest;
    }

    private void Begin(Manifest manifest, CryptKey? key)
    {
        // What another key has encrypted is checked as PBS does, without one.
        if (key is not null && manifest.KeyFingerprint is { } recorded && recorded != key.Fingerprint)
        {
            OtherKey = recorded;
            key = null;
        }

        bool isSigned = key is not null && CheckSignature(manifest, key);
        IsKeyUnproven = key is not null && !isSigned && manifest.KeyFingerprint is null
            && (SignatureProblem is not null || manifest.Files.Any(file => file.CryptMode == CryptMode.Encrypt));
        var files = new FileCheck[manifest.Files.Count];
        for (int i = 0; i < files.Length; i++)
        {
            ManifestFile file = manifest.Files[i];
            files[i] = new FileCheck(file, new SnapshotPlace(_group, Time), signal)
            {
                Key = file.CryptMode == CryptMode.Encrypt ? key : null,
            };
        }

        _files = files;
        Advance(SnapshotStage.Open);
    }

    /// <returns>Whether it is signed with this key.</returns>
    private bool CheckSignature(Manifest manifest, CryptKey key)
    {
        try
        {
            return ManifestSignature.Verify(manifest, key);
        }
        catch (PbsException e) when (e is PbsFormatException or PbsIntegrityException)
        {
            SignatureProblem = (e as PbsFormatException)?.Reason ?? e.Message;
            return false;
        }
    }

    private void Skip(string reason, bool inBrackets = false)
    {
        Reason = inBrackets ? $"({reason})" : $"- {reason}";
        Advance(SnapshotStage.Skipped);
    }

    private void Fail(PbsException failure)
    {
        string reason = (failure as PbsFormatException)?.Reason ?? failure.Message;
        Fail(failure, reason, $"manifest load error: {reason}");
    }

    private void Fail(PbsException failure, string reason, string line)
    {
        Cause = failure;
        Reason = reason;
        Line = line;
        Advance(SnapshotStage.Unreadable);
    }

    private void Advance(SnapshotStage stage)
    {
        _stage = (int)stage;
        signal.Pulse();
    }
}
