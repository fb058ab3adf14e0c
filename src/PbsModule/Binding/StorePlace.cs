using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>A datastore and the selected part of it.</summary>
/// <param name="Store">The datastore.</param>
/// <param name="Part">The part that an object represents; all of it for a name.</param>
/// <param name="Source">The given object or row; null for a name.</param>
internal sealed record StorePlace(DatastoreContext Store, StorePart Part, PSObject? Source)
{
    public StorePlace(DatastoreContext store)
        : this(store, StorePart.Whole, null)
    {
    }

    /// <summary>Refuses an identity that is not in the object given as <c>-Datastore</c>.</summary>
    /// <param name="ns">The namespace of the identity, or the namespace itself.</param>
    /// <param name="group">Null for a namespace.</param>
    /// <param name="time">Null for a group.</param>
    /// <exception cref="PbsArgumentException">The identity is elsewhere.</exception>
    public void Demand(BackupNamespace ns, GroupPath? group, long? time)
    {
        if (Part.Contains(ns, group, time)) return;
        string name = new StorePart(ns, group, time).ToString();
        throw new PbsArgumentException(
            PbsErrorId.SelectionMismatch,
            $"'{name}' does not lie in '{Part}', which is given as -Datastore", name);
    }
}
