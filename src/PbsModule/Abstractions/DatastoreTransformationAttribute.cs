using System.Management.Automation;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// Takes objects that lie in a datastore. Text is left to type conversion, which comes after binding by value: so a
/// piped identity text reaches <c>-Snapshot</c> or <c>-Group</c> before it is taken for the name of a datastore.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DatastoreTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value => value is IDatastoreItem item ? new DatastoreReference(item) : value);
}
