using System.Collections.Frozen;
using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Binding;

/// <inheritdoc cref="GroupTargetTransformationAttribute"/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SnapshotTargetTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a snapshot reads like vm/100/2024-05-01T10:00:00Z, with ns/a/ in front in namespace a;"
        + " a row of one has Snapshot, or Namespace (empty for the root), BackupType, BackupId and BackupTime,"
        + " and columns of Get-PbsSnapshot only";

    // Rows of files, notes, plans and others have the keys of a snapshot too, but are not snapshots. Rows from another
    // session have more columns.
    private static readonly FrozenSet<string> Columns =
        typeof(SnapshotInfo).GetProperties().Select(property => property.Name)
            .Concat(["RunspaceId", "PSComputerName", "PSShowComputerName", "PSSourceJobInstanceId"])
                .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return value switch
                {
                    SnapshotReference => value,
                    SnapshotInfo snapshot => new SnapshotReference(snapshot),
                    string text => new SnapshotReference(text),
                    PSObject row when row.Properties.FirstOrDefault(column =>
                        !Columns.Contains(column.Name)) is { } other =>
                        throw ArgumentValues.Refuse(
                            $"this row has the column {other.Name}, so it is not that of a snapshot; {Form}"),
                    PSObject row => Row(row),
                    _ => throw ArgumentValues.Refuse($"'{value}' is not a snapshot; {Form}"),
                };
            }
            catch (PbsArgumentException error)
            {
                string message = $"{error.Message}; {Form}";
                throw value is PSObject ? ArgumentValues.RefuseAtLast(message) : ArgumentValues.Refuse(message);
            }
        });

    private static SnapshotReference Row(PSObject row)
    {
        if (RowKeys.Snapshot(row) is not { } path)
        {
            throw ArgumentValues.Refuse($"this is not the row of a snapshot; {Form}");
        }

        bool? finished = bool.TryParse(RowKeys.Text(row, nameof(SnapshotInfo.Finished)), out bool read) ? read : null;
        return new SnapshotReference(path, RowKeys.Text(row, "Datastore")) { WasFinished = finished };
    }
}
