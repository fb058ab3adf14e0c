using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;

namespace PbsModule.Binding;

/// <summary>
/// Converts objects of a datastore, and rows of them, to the part of the datastore that they represent. Text is left to
/// type conversion, which happens after binding by value, so that a piped identity text binds to <c>-Snapshot</c> or
/// <c>-Group</c> before it is taken for a datastore's name.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DatastoreTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value => value switch
        {
            IDatastoreItem item => new DatastoreReference(item),
            PSObject row => Row(row),
            _ => value,
        });

    /// <summary>Converts a row by its keys.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">
    /// The row has not all keys. From the pipeline its columns still bind one by one.
    /// </exception>
    internal static DatastoreReference Row(PSObject row)
    {
        try
        {
            if (StorePart.Of(row) is { } part)
            {
                return new DatastoreReference(row, RowKeys.Text(row, "Datastore")!, part);
            }
        }
        catch (PbsArgumentException error)
        {
            throw ArgumentValues.Refuse(error.Message);
        }

        throw ArgumentValues.Refuse(
            "this row does not say what it stands for: it needs Datastore, and all keys of a group or snapshot");
    }
}
