using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <inheritdoc cref="GroupTargetTransformationAttribute"/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SnapshotTargetTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a snapshot reads like vm/100/2024-05-01T10:00:00Z, with ns/a/ in front in namespace a; a row of one has BackupType, BackupId and BackupTime, and no column of something smaller or of a plan";

    // What rows of files, archives' entries, notes, plans and results of snapshots have beside the snapshot's keys.
    private static readonly string[] OtherKeys = ["FileName", "Archive", "ItemPath", "Path", "Text", "Keep", "Mark", "Removed"];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => ArgumentValues.Convert(inputData, value =>
    {
        try
        {
            return value switch
            {
                SnapshotReference => value,
                SnapshotInfo snapshot => new SnapshotReference(snapshot),
                string text => new SnapshotReference(text),
                PSObject row when OtherKeys.FirstOrDefault(key => RowKeys.Has(row, key)) is { } other =>
                    throw ArgumentValues.Refuse($"this row has the column {other}, so it is not that of a snapshot; {Form}"),
                PSObject row => new SnapshotReference(RowKeys.Snapshot(row) ?? throw ArgumentValues.Refuse($"this is not the row of a snapshot; {Form}"), RowKeys.Text(row, "Datastore")),
                _ => throw ArgumentValues.Refuse($"'{value}' is not a snapshot; {Form}"),
            };
        }
        catch (PbsArgumentException error)
        {
            throw ArgumentValues.Refuse($"{error.Message}; {Form}");
        }
    });
}
