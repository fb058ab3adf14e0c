using System.Collections.Frozen;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// The types of worker tasks that concern backups, and readable names for them. Servers have others for disks, tapes,
/// certificates and updates. Source: PBS 3.2.4 and 4.2 task logs.
/// </summary>
public static class WorkerType
{
    private static readonly (string Type, string Description)[] Table =
    [
        ("backup", "Backup"),
        ("reader", "Restore"),
        ("garbage_collection", "Garbage collection"),
        ("verify", "Verification"),
        ("verify_group", "Verification of a group"),
        ("verify_snapshot", "Verification of a snapshot"),
        ("verificationjob", "Verification job"),
        ("prune", "Prune"),
        ("prunejob", "Prune job"),
        ("sync", "Synchronization"),
        ("syncjob", "Synchronization job"),
        ("move-group", "Move of a group"),
        ("move-namespace", "Move of a namespace"),
        ("create-datastore", "Creation of a datastore"),
        ("delete-datastore", "Removal of a datastore"),
        ("mount-device", "Mount of a removable datastore"),
        ("unmount-device", "Unmount of a removable datastore"),
        ("mount-sync-jobs", "Synchronization jobs after a mount"),
        ("s3-refresh", "Refresh of an S3 cache"),
        ("logrotate", "Rotation of logs"),
    ];

    private static readonly FrozenDictionary<string, string> ByType =
        Table.ToFrozenDictionary(entry => entry.Type, entry => entry.Description, StringComparer.Ordinal);

    /// <summary>The known types, the common ones first.</summary>
    public static IEnumerable<string> Known => Table.Select(entry => entry.Type);

    /// <summary>Returns a readable name, <c>Garbage collection</c>; the type itself if it is not known.</summary>
    public static string Describe(string type) => ByType.GetValueOrDefault(type, type);
}
