using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>A row of a plan: an object, or its columns from a file.</summary>
public sealed class PrunePlanReference : ITargetReference
{
    private readonly PrunePlanInfo? _row;
    private readonly SnapshotPath _snapshot;
    private readonly Func<GroupIdentity, PrunePlanInfo>? _restore;

    internal PrunePlanReference(PrunePlanInfo row)
    {
        _row = row;
        _snapshot = ((ISnapshotItem)row).Snapshot;
    }

    internal PrunePlanReference(SnapshotPath snapshot, string? datastore, Func<GroupIdentity, PrunePlanInfo> restore)
    {
        _snapshot = snapshot;
        _restore = restore;
        DatastoreText = datastore;
    }

    internal DatastoreContext? Store => _row is null ? null : ((IDatastoreItem)_row).Store;

    internal string? DatastoreText { get; }

    DatastoreContext? ITargetReference.Store => Store;

    string? ITargetReference.DatastoreText => DatastoreText;

    /// <summary>Returns the row with its store.</summary>
    internal PrunePlanInfo In(DatastoreContext store) =>
        _row ?? _restore!(new GroupIdentity(store, _snapshot.Namespace, _snapshot.Group));

    public override string ToString() => _snapshot.ToString();
}

/// <summary>Accepts rows of plans from the pipeline, also from CSV and JSON; refuses everything else.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class PrunePlanTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "rows of plans come from Get-PbsPrunePlan, with all of their columns";

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return value switch
                {
                    PrunePlanReference => value,
                    PrunePlanInfo row => new PrunePlanReference(row),
                    PSObject row when RowKeys.Snapshot(row) is { } snapshot
                        && !RowKeys.Has(row, "Removed")
                        && RowKeys.Text(row, "Fingerprint") is { } fingerprint
                            && bool.TryParse(RowKeys.Text(row, "Keep"), out bool keep) =>
                                new PrunePlanReference(
                                    snapshot,
                                    RowKeys.Text(row, "Datastore"),
                                    Restore(row, snapshot, keep, fingerprint)),
                    _ => throw ArgumentValues.Refuse($"'{value}' is not a row of a plan; {Form}"),
                };
            }
            catch (PbsArgumentException error)
            {
                string message = $"{error.Message}; {Form}";
                throw value is PSObject ? ArgumentValues.RefuseAtLast(message) : ArgumentValues.Refuse(message);
            }
        });

    private static Func<GroupIdentity, PrunePlanInfo> Restore(
        PSObject row,
        SnapshotPath snapshot,
        bool keep,
        string fingerprint)
    {
        string mark = RowKeys.Text(row, "Mark") ?? "", reason = RowKeys.Text(row, "Reason") ?? "";
        _ = bool.TryParse(RowKeys.Text(row, "Protected"), out bool isProtected);
        return group => new PrunePlanInfo(group, snapshot.Time)
        {
            Keep = keep,
            Mark = mark,
            Reason = reason,
            Protected = isProtected,
            Fingerprint = fingerprint,
        };
    }
}
