using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// The identity of a snapshot in a datastore. The text is <c>vm/100/2024-05-01T10:00:00Z</c>, preceded by
/// <c>ns/a/ns/b/</c> if the namespace is not the root. Source: pbs-api-types BackupDir, parse_ns_and_snapshot.
/// </summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Group">The type and id of the group.</param>
/// <param name="Time">The backup time in Unix seconds.</param>
public readonly record struct SnapshotPath(BackupNamespace Namespace, GroupPath Group, long Time)
{
    /// <exception cref="PbsArgumentException">The text does not have this form. The message is PBS's.</exception>
    public static SnapshotPath Parse(string text)
    {
        (BackupNamespace ns, string rest) = NamespacePrefix.Split(text, 3, PbsErrorId.SnapshotPathInvalid, "snapshot");
        int lastSlash = rest.LastIndexOf('/');
        if (lastSlash < 0
            || !GroupPath.TryParse(rest.AsSpan(0, lastSlash), out GroupPath group)
            || !BackupTime.HasShape(rest.AsSpan(lastSlash + 1)))
        {
            throw new PbsArgumentException(
                PbsErrorId.SnapshotPathInvalid,
                $"unable to parse backup snapshot path '{rest}'",
                text);
        }

        if (!BackupTime.TryParse(rest.AsSpan(lastSlash + 1), out long time, out _, out string? error))
        {
            throw new PbsArgumentException(PbsErrorId.BackupTimeInvalid, error!, text);
        }

        return new SnapshotPath(ns, group, time);
    }

    /// <summary>The text without the namespace: <c>vm/100/2024-05-01T10:00:00Z</c>.</summary>
    public string LocalText => $"{Group}/{BackupTime.Format(Time)}";

    public override string ToString() => Namespace.IsRoot ? LocalText : $"{Namespace.DiskPath}/{LocalText}";
}
