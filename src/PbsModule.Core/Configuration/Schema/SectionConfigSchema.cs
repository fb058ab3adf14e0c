namespace PbsModule.Core.Configuration.Schema;

/// <summary>A kind of section: <c>datastore: main</c> is of type <c>datastore</c>.</summary>
/// <param name="Name">The word before the colon.</param>
/// <param name="IdProperty">The property under which PBS exposes the id; it is never written.</param>
/// <param name="IdSchema">What an id may be.</param>
/// <param name="Properties">What may stand in the section; does not contain the id property.</param>
public sealed record SectionType(string Name, string IdProperty, StringSchema IdSchema, PropertyTable Properties);

/// <summary>One section-config file of PBS: its name, its lock, and the types of sections in it.</summary>
public sealed class SectionConfigSchema(string fileName, string lockName, params SectionType[] types)
{
    /// <summary>Name below the configuration root, for instance <c>datastore.cfg</c>.</summary>
    public string FileName { get; } = fileName;

    /// <summary>Name of the lock file beside it.</summary>
    public string LockName { get; } = lockName;

    public IReadOnlyList<SectionType> Types { get; } = types;

    public SectionType? Find(string type)
    {
        foreach (SectionType candidate in types)
        {
            if (candidate.Name == type) return candidate;
        }

        return null;
    }
}
