using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;
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
/// <param name="snapshot">The snapshot; disposed of with this.</param>
/// <param name="signal">Pulsed when there is news.</param>
internal sealed class SnapshotCheck(IVerifiedSnapshot snapshot, VerifySignal signal) : IDisposable
{
    private FileCheck[] _files = [];
    private ISnapshotContent? _content;
    private volatile int _stage;
    private volatile bool _isLooked;

    /// <inheritdoc cref="SnapshotCheck" path="/param[@name='snapshot']"/>
    public IVerifiedSnapshot Snapshot => snapshot;

    public SnapshotPath Path => snapshot.Path;

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

    /// <summary>Opens it, loads its manifest, asks whether it is wanted, and looks at its files.</summary>
    /// <param name="scan">Looks at files.</param>
    /// <param name="manifests">Reads manifests.</param>
    /// <param name="key">For a check in depth of what was encrypted with it.</param>
    /// <param name="isWanted">Whether it is to be verified, by what its manifest says of the last time.</param>
    /// <exception cref="PbsStorageException">There are no handles or no memory left.</exception>
    public void Run(FileScan scan, ManifestBlob manifests, CryptKey? key, Func<Manifest, bool> isWanted)
    {
        try
        {
            if (Open() is not { } content || TryLoad(content, manifests) is not { } manifest) return;
            if (!isWanted(manifest))
            {
                IsRecent = true;
                Skip("recently verified", inBrackets: true);
                return;
            }

            Begin(content, manifest, key);
            foreach (FileCheck file in _files) scan.Run(file);
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
        _content?.Dispose();
        _content = null;
        snapshot.Dispose();
    }

    private ISnapshotContent? Open()
    {
        _content = snapshot.Open(out VerifyRefusal? refusal);
        if (refusal is null) return _content;
        Cause = refusal.Cause;
        if (refusal.IsSkipped) Skip(refusal.Reason);
        else Fail(refusal.Reason, refusal.Line);
        return null;
    }

    private Manifest? TryLoad(ISnapshotContent content, ManifestBlob manifests)
    {
        PbsException? failure = manifests.TryRead(content, out Manifest? manifest);
        if (failure is PbsStorageException) failure = manifests.TryRead(content, out manifest);
        if (failure is null) return manifest;
        Exhaustion.ThrowIf(failure);
        VerifyRefusal refusal = VerifyRefusal.OfManifest(failure);
        Cause = failure;
        Fail(refusal.Reason, refusal.Line);
        return null;
    }

    private void Begin(ISnapshotContent content, Manifest manifest, CryptKey? key)
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
            files[i] = new FileCheck(file, content, signal)
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

    private void Fail(string reason, string line)
    {
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
