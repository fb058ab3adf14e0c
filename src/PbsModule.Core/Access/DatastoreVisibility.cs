namespace PbsModule.Core.Access;

/// <summary>The information about a datastore that a list shows to a caller.</summary>
public enum DatastoreVisibility
{
    Hidden,

    /// <summary>The name, because the caller has rights on something below the datastore; not the comment.</summary>
    NameOnly,

    Full,
}
