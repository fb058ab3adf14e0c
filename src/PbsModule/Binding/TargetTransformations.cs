using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>
/// Converts the target of a change: its own kind of object, an identity text, or a row with exactly its keys. A row
/// with more keys is something smaller (a snapshot is not its group) and is refused.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class GroupTargetTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a group reads like vm/100, or ns/a/vm/100 in a namespace; "
        + "a row of one has Namespace (empty for the root), BackupType and BackupId, and no BackupTime or Snapshot";

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return value switch
                {
                    GroupReference => value,
                    GroupInfo group => new GroupReference(group),
                    string text => new GroupReference(text),
                    PSObject row => Row(row),
                    _ => throw ArgumentValues.Refuse($"'{value}' is not a group; {Form}"),
                };
            }
            catch (PbsArgumentException error)
            {
                throw ArgumentValues.Refuse($"{error.Message}; {Form}");
            }
        });

    private static GroupReference Row(PSObject row)
    {
        if (RowKeys.Text(row, "BackupType") is not { } type || RowKeys.Text(row, "BackupId") is not { } id
            || !RowKeys.Has(row, "Namespace") || RowKeys.IsBlank(row, "BackupCount")
            || RowKeys.Has(row, "BackupTime") || RowKeys.Has(row, "Snapshot"))
        {
            throw ArgumentValues.Refuse($"this is not the row of a group; {Form}");
        }

        return new GroupReference(BackupNamespace.Parse(RowKeys.Text(row, "Namespace")
            ?? ""), GroupPath.Parse($"{type}/{id}"), RowKeys.Text(row, "Datastore"));
    }
}

/// <inheritdoc cref="GroupTargetTransformationAttribute"/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class NamespaceTargetTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a namespace reads like a/b; "
        + "a row of one has Namespace and no BackupType, BackupId, BackupTime or Snapshot";

    private static readonly string[] SmallerKeys = ["BackupType", "BackupId", "BackupTime", "Snapshot"];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return value switch
                {
                    NamespaceReference => value,
                    NamespaceInfo ns => new NamespaceReference(ns),
                    string text => new NamespaceReference(text),
                    PSObject row when RowKeys.Has(row, "Namespace") && !RowKeys.IsBlank(row, "Depth")
                        && !SmallerKeys.Any(key => RowKeys.Has(row, key)) =>
                        new NamespaceReference(RowKeys.Text(row, "Namespace") ?? "", RowKeys.Text(row, "Datastore")),
                    _ => throw ArgumentValues.Refuse($"'{value}' is not a namespace; {Form}"),
                };
            }
            catch (PbsArgumentException error)
            {
                throw ArgumentValues.Refuse($"{error.Message}; {Form}");
            }
        });
}
