using PbsModule.Core.Datastores;

namespace PbsModule.Binding;

/// <summary>An object of a datastore that is changed as a whole, however it was named.</summary>
internal interface ITargetReference
{
    /// <summary>The store of an object; null for a text or a row.</summary>
    DatastoreContext? Store { get; }

    /// <summary>The Datastore column of a row; null for a text or an object.</summary>
    string? DatastoreText { get; }
}
