using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>What datastore.cfg says.</summary>
public sealed class DatastoreConfig
{
    private readonly Dictionary<string, DatastoreEntry> _byName;

    private DatastoreConfig(string digest, IReadOnlyList<DatastoreEntry> entries)
    {
        Digest = digest;
        Entries = entries;
        _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string Digest { get; }

    /// <inheritdoc cref="SectionConfig.Unknown"/>
    public IReadOnlyList<string> Unknown { get; private init; } = [];

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<DatastoreEntry> Entries { get; }

    /// <summary>The file in a configuration root, from memory as long as it did not change.</summary>
    /// <exception cref="PbsException">As <see cref="ConfigurationRoot.Datastores"/>.</exception>
    public static DatastoreConfig Load(ConfigurationRoot root) => root.Datastores;

    /// <exception cref="PbsFormatException">The file breaks the grammar or the schema.</exception>
    public static DatastoreConfig Parse(ConfigurationText text)
    {
        SectionConfig config = SectionConfig.Read(DatastoreSchema.File, text);
        return new DatastoreConfig(text.Digest, [.. config.Sections.Select(section => new DatastoreEntry(section))])
        {
            Unknown = config.Unknown,
        };
    }

    public bool TryFind(string name, [NotNullWhen(true)] out DatastoreEntry? entry) =>
        _byName.TryGetValue(name, out entry);

    /// <exception cref="PbsNotFoundException"><c>no such datastore '{name}'</c></exception>
    public DatastoreEntry Find(string name) => _byName.TryGetValue(name, out DatastoreEntry? entry)
        ? entry
        : throw new PbsNotFoundException(PbsErrorId.DatastoreNotFound, $"no such datastore '{name}'", name);
}
