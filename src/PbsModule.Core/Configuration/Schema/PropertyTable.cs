using System.Diagnostics.CodeAnalysis;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>One property of a section or of a property string.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Schema">What a value (of a list: one element) may be.</param>
/// <param name="Optional">Whether it may be left out.</param>
/// <param name="IsList">A list: every line with the key appends an element.</param>
public sealed record Property(string Name, PropertySchema Schema, bool Optional = true, bool IsList = false);

/// <summary>The properties that a section, or a property string, may have.</summary>
public sealed class PropertyTable
{
    private readonly Dictionary<string, Property> _byName;

    public PropertyTable(params IReadOnlyList<Property> properties)
    {
        Properties = properties;
        _byName = properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<Property> Properties { get; }

    public bool TryGet(string name, [NotNullWhen(true)] out Property? property) =>
        _byName.TryGetValue(name, out property);
}
