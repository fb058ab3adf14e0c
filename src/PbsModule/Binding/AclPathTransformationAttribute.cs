using System.Management.Automation;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;

namespace PbsModule.Binding;

/// <summary>
/// Converts objects of a registered datastore to the path on which their privileges are granted:
/// <c>/datastore/ds1/a</c>. Other values that are not text are left to the other parameters.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class AclPathTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value => value switch
        {
            null or string => value,
            IDatastoreItem item when Closed(item) is { } refusal => throw ArgumentValues.Refuse(refusal),
            IDatastoreItem { Store.Name: null } item =>
                throw ArgumentValues.Refuse($"'{item.Store}' is not registered, so there is no access control on it"),
            INamespaceItem item => AclPath.ForDatastore(item.Store.Name!, item.Location).Text,
            IDatastoreItem item => AclPath.ForDatastore(item.Store.Name!).Text,
            _ => throw ArgumentValues.Refuse($"'{value}' has no path of access control; one reads like /datastore/ds1"),
        });

    // The same name may mean another datastore in another configuration.
    private static string? Closed(IDatastoreItem item)
    {
        try
        {
            RunspaceConnection.Demand(item.Store.Connection, item.ToString()!);
            return null;
        }
        catch (PbsConflictException error)
        {
            return error.Message;
        }
    }
}
