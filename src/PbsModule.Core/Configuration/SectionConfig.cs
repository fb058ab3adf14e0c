using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>The sections of one configuration file, in the order of the file.</summary>
public sealed class SectionConfig(SectionConfigSchema schema)
{
    private readonly Dictionary<string, ConfigSection> _sections = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<string> _unknown = [];
    private readonly List<ConfigSection> _unknownSections = [];

    public SectionConfigSchema Schema { get; } = schema;

    /// <summary>Each section once, where its id stands first, with the content that stands last.</summary>
    public IEnumerable<ConfigSection> Sections => _order.Distinct(StringComparer.Ordinal).Select(id => _sections[id]);

    /// <summary>
    /// Ids as they stand in the file. PBS keeps the place of every section, so an id that the file repeats is repeated
    /// here and in what is written, each time with the content that stood last.
    /// </summary>
    public IReadOnlyList<string> Order => _order;

    /// <summary>
    /// Types of sections and properties that the schema does not have, one sentence each. They are of newer releases,
    /// and are kept: properties as texts in their section, sections in <see cref="UnknownSections"/>.
    /// </summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>Sections of unknown types, in the order of the file, with their properties as texts.</summary>
    public IReadOnlyList<ConfigSection> UnknownSections => _unknownSections;

    /// <summary>Reads a file as PBS does, which refuses what its schema does not have.</summary>
    /// <param name="schema">The types of sections and their properties.</param>
    /// <param name="file">The full path of the file, for messages.</param>
    /// <param name="text">The content of the file.</param>
    /// <exception cref="PbsFormatException"><c>parsing "{file}" failed: line {n} - {reason}</c></exception>
    public static SectionConfig Parse(SectionConfigSchema schema, string file, string text) =>
        new SectionConfigParser(schema, file, keepsUnknown: false).Parse(text);

    /// <summary>
    /// Reads a file that may be of a newer release: what the schema does not have is kept, see <see cref="Unknown"/>.
    /// </summary>
    /// <exception cref="PbsFormatException">
    /// The file breaks the grammar, or a known property its schema: <c>parsing "{file}" failed: …</c>
    /// </exception>
    public static SectionConfig Read(SectionConfigSchema schema, ConfigurationText text) =>
        new SectionConfigParser(schema, text.Path, keepsUnknown: true).Parse(text.Text);

    public bool TryGet(string id, [NotNullWhen(true)] out ConfigSection? section) =>
        _sections.TryGetValue(id, out section);

    /// <exception cref="PbsNotFoundException"><c>no such {type} '{id}'</c></exception>
    /// <exception cref="PbsConflictException">The id belongs to a section of another type.</exception>
    public ConfigSection Get(string type, string id)
    {
        if (!_sections.TryGetValue(id, out ConfigSection? section))
            throw new PbsNotFoundException(PbsErrorId.ConfigurationSectionNotFound, $"no such {type} '{id}'", id);
        return section.Type == type
            ? section
            : throw new PbsConflictException(
                PbsErrorId.ConfigurationSectionTypeMismatch,
                $"got unexpected type '{section.Type}' for {type} '{id}'",
                id);
    }

    /// <summary>Adds a section at the end, or replaces the one with its id where that stands.</summary>
    public void Set(ConfigSection section)
    {
        if (!_sections.ContainsKey(section.Id)) _order.Add(section.Id);
        _sections[section.Id] = section;
    }

    public bool Remove(string id)
    {
        _order.RemoveAll(entry => entry == id);
        return _sections.Remove(id);
    }

    /// <summary>The text of the file.</summary>
    /// <exception cref="PbsArgumentException"><c>writing "{file}" failed: {reason}</c></exception>
    public string Write(string file) => new SectionConfigWriter(Schema, file).Write(_order.Select(id => _sections[id]));

    internal void AddUnknown(string what) => _unknown.Add(what);

    internal void AddUnknown(ConfigSection section) => _unknownSections.Add(section);

    internal void AddRead(ConfigSection section)
    {
        _order.Add(section.Id);
        _sections[section.Id] = section;
    }
}
