using System.Management.Automation;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// Takes a datastore as what is to be changed as a whole: its object, or a text (left to type conversion). What lies in one is not its
/// datastore and is refused.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DatastoreTargetTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => ArgumentValues.Convert(inputData, value => value switch
    {
        null or string or DatastoreReference => value,
        DatastoreInfo store => new DatastoreReference(store),
        _ => throw ArgumentValues.Refuse($"'{value}' is not a datastore; name one, or give an object of Get-PbsDatastore"),
    });
}
