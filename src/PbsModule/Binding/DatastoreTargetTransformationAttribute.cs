using System.Management.Automation;
using PbsModule.Core.Datastores;

namespace PbsModule.Binding;

/// <summary>
/// Accepts a datastore that is changed as a whole: an object or row of the datastore itself, or a text (left to type
/// conversion). An object inside a datastore is refused.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DatastoreTargetTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value => value switch
        {
            null or string or DatastoreReference => value,
            IDatastoreItem item when StorePart.Of(item).IsWhole => new DatastoreReference(item),
            PSObject row when DatastoreTransformationAttribute.Row(row) is { Part.IsWhole: true } whole => whole,
            _ => throw Refusal(value),
        });

    private static ArgumentTransformationMetadataException Refusal(object value) => ArgumentValues.Refuse(
        $"'{value}' is not a datastore but lies in one; name the datastore, or give an object of Get-PbsDatastore");
}
