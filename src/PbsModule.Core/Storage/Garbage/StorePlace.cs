using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>What a folder of a store is by the place it has in it.</summary>
internal enum StorePlace
{
    /// <summary>No part of PBS's layout; a file in it may still refer to chunks.</summary>
    Elsewhere,
    Namespace,

    /// <summary>A folder <c>ns</c>.</summary>
    Namespaces,
    Type,
    Group,
    Snapshot,
}

/// <summary>PBS's layout of a store as a step from folder to folder.</summary>
internal static class StorePlaceText
{
    /// <summary>What belongs in a folder under a name.</summary>
    public static StorePlace Of(StorePlace parent, string name) => parent switch
    {
        StorePlace.Namespace when name == Datastore.NamespaceFolder => StorePlace.Namespaces,
        StorePlace.Namespace when BackupTypeText.TryParse(name, out _) => StorePlace.Type,
        StorePlace.Namespaces when SafeId.IsValid(name) => StorePlace.Namespace,
        StorePlace.Type when BackupId.IsValid(name) => StorePlace.Group,
        StorePlace.Group when BackupTime.HasShape(name) => StorePlace.Snapshot,
        _ => StorePlace.Elsewhere,
    };

    /// <summary>How a message calls it.</summary>
    public static string Text(this StorePlace place) => place switch
    {
        StorePlace.Namespace or StorePlace.Namespaces => "namespace",
        StorePlace.Type => "backup type",
        StorePlace.Group => "group",
        StorePlace.Snapshot => "snapshot",
        _ => "foreign",
    };
}
