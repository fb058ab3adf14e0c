using System.ComponentModel;
using System.Management.Automation;

namespace PbsModule.Times;

/// <summary>
/// The time properties of objects as PowerShell shows them. PbsModule.Types.ps1xml replaces the object's own property
/// of the same name with each of these, because a <see cref="DateTimeOffset"/> prints differently in every culture.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TimeProperties
{
    public static object? BackupTime(PSObject item) => Of(item, nameof(BackupTime));

    public static object? Created(PSObject item) => Of(item, nameof(Created));

    public static object? EarliestFullTime(PSObject item) => Of(item, nameof(EarliestFullTime));

    public static object? EligibleAt(PSObject item) => Of(item, nameof(EligibleAt));

    public static object? EndTime(PSObject item) => Of(item, nameof(EndTime));

    public static object? Expire(PSObject item) => Of(item, nameof(Expire));

    public static object? FirstBackupTime(PSObject item) => Of(item, nameof(FirstBackupTime));

    public static object? From(PSObject item) => Of(item, nameof(From));

    public static object? FullTime(PSObject item) => Of(item, nameof(FullTime));

    public static object? LastBackup(PSObject item) => Of(item, nameof(LastBackup));

    public static object? LastRun(PSObject item) => Of(item, nameof(LastRun));

    public static object? LastRunEnd(PSObject item) => Of(item, nameof(LastRunEnd));

    public static object? LastWriteTime(PSObject item) => Of(item, nameof(LastWriteTime));

    public static object? LatestFullTime(PSObject item) => Of(item, nameof(LatestFullTime));

    public static object? Modified(PSObject item) => Of(item, nameof(Modified));

    public static object? NewestBackup(PSObject item) => Of(item, nameof(NewestBackup));

    public static object? NextRun(PSObject item) => Of(item, nameof(NextRun));

    public static object? ReferenceLastWriteTime(PSObject item) => Of(item, nameof(ReferenceLastWriteTime));

    public static object? StartTime(PSObject item) => Of(item, nameof(StartTime));

    public static object? Time(PSObject item) => Of(item, nameof(Time));

    public static object? Until(PSObject item) => Of(item, nameof(Until));

    public static object? VerifyTime(PSObject item) => Of(item, nameof(VerifyTime));

    private static UtcTime? Of(PSObject? item, string name) =>
        item?.BaseObject is { } value && value.GetType().GetProperty(name)?.GetValue(value) is DateTimeOffset time
            ? new UtcTime(time)
            : null;
}
