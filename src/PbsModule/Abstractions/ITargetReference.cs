using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>Something in a datastore that is to be changed as a whole, however it was named.</summary>
internal interface ITargetReference
{
    /// <summary>The store an object came from; null for a text or a row.</summary>
    DatastoreContext? Store { get; }

    /// <summary>The column Datastore of a row; null for a text or an object.</summary>
    string? DatastoreText { get; }
}
