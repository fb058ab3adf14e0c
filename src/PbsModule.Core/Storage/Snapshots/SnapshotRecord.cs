using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>
/// One file of a snapshot. 24 bytes, where two nullables would take 40: ten thousand snapshots are listed with their
/// files.
/// </summary>
/// <param name="name">File name.</param>
/// <param name="size">Bytes, or <see cref="Unknown"/>.</param>
/// <param name="cryptMode">A <see cref="Formats.CryptMode"/>, or <see cref="Unknown"/>.</param>
internal readonly struct PackedSnapshotFile(string name, long size, sbyte cryptMode)
{
    /// <summary>The manifest does not say.</summary>
    public const sbyte Unknown = -1;

    public string Name { get; } = name;

    public long Size { get; } = size;

    public sbyte CryptMode { get; } = cryptMode;
}

/// <summary>What a snapshot's folder and its manifest say.</summary>
internal struct SnapshotRecord
{
    /// <summary>Unix seconds.</summary>
    public long Time;

    /// <summary>Sum of the known sizes in bytes, -1 without a readable manifest.</summary>
    public long Size;

    public PackedSnapshotFile[] Files;

    /// <summary>First line of the notes.</summary>
    public string? Comment;

    /// <summary>Task of the last verification.</summary>
    public string? VerifyUpid;

    /// <summary>Of the encryption key, lower-case hex with colons.</summary>
    public string? Fingerprint;

    /// <inheritdoc cref="Formats.Manifests.Manifest.SyncSourceSignature"/>
    public string? SyncSourceSignature;

    /// <summary>What is wrong with it.</summary>
    public string? Problem;

    /// <summary>How it ended; null when there is none that can be read.</summary>
    public VerifyOutcome? Verified;

    public bool Finished;

    public bool Protected;

    public bool Encrypted;
}
