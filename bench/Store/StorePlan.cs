using System.Globalization;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Bench.Store;

/// <summary>
/// The plan of a written datastore. The same plan gives the same store, except for the UUIDs of its indexes.
/// </summary>
internal sealed record StorePlan
{
    public const int ChunkSize = 64 << 10;

    private const long DaySeconds = 24 * 60 * 60;

    private static readonly string[] Owners = ["root@pam", "backup@pbs", "backup@pbs!nightly", "admin@pam", "tenant1@pbs!pve"];

    public int Groups { get; init; } = 200;

    /// <summary>Number of snapshots in each group, one a day.</summary>
    public int Snapshots { get; init; } = 50;

    /// <summary>Number of chunks of 64 KiB in each snapshot's image.</summary>
    public int Chunks { get; init; } = 500;

    /// <summary>Whether chunks are written too; without them the store can be listed but not verified.</summary>
    public bool WithData { get; init; }

    /// <summary>Whether all 65,536 chunk folders are created, as a server does.</summary>
    public bool AllChunkFolders { get; init; }

    /// <summary>The day after the newest snapshots, Unix seconds.</summary>
    public long End { get; init; } = new DateTimeOffset(2025, 7, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public long SnapshotCount => (long)Groups * Snapshots;

    public static string Owner(int group) => Owners[group % Owners.Length];

    public static GroupPath Group(int group) => (group % 10) switch
    {
        < 6 => new GroupPath(BackupType.Vm, Number(100 + group)),
        < 9 => new GroupPath(BackupType.Ct, Number(100 + group)),
        _ => new GroupPath(BackupType.Host, $"server-{Number(group)}"),
    };

    public static string Archive(BackupType type) => type == BackupType.Vm ? "drive-scsi0.img.fidx" : "disk.img.fidx";

    /// <summary>Returns the time of a snapshot. Groups follow one another at night, each at its own minute.</summary>
    public long Time(int group, int snapshot) => End - ((Snapshots - snapshot) * DaySeconds) + (group * 97L % (6 * 60 * 60));

    /// <summary>Whether a snapshot is protected: one in twenty is.</summary>
    public static bool IsProtected(int group, int snapshot) => (group + snapshot) % 20 == 3;

    /// <summary>Returns the notes of a snapshot: one in ten has some.</summary>
    public static string? Notes(int group, int snapshot) =>
        (group + snapshot) % 10 == 7 ? $"{Group(group).Id}: before update {Number(snapshot)}\nkept for the auditors" : null;

    /// <summary>Returns the verify state: of every ten, six are OK and one failed.</summary>
    public static VerifyOutcome? Verified(int group, int snapshot) => (((group * 3) + snapshot) % 10) switch
    {
        < 6 => VerifyOutcome.Ok,
        6 => VerifyOutcome.Failed,
        _ => null,
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
