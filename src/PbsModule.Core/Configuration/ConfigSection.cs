using System.Globalization;

namespace PbsModule.Core.Configuration;

/// <summary>One section of a configuration file: type, id, and properties by key in ordinal order.</summary>
public sealed class ConfigSection(string type, string id)
{
    private readonly SortedDictionary<string, object> _properties = new(StringComparer.Ordinal);

    public string Type { get; } = type;

    public string Id { get; } = id;

    /// <summary>Values are <see cref="bool"/>, <see cref="long"/>, <see cref="string"/> or a list of those.</summary>
    public IReadOnlyDictionary<string, object> Properties => _properties;

    public string? Text(string key) => _properties.GetValueOrDefault(key) as string;

    public bool? Flag(string key) => _properties.GetValueOrDefault(key) as bool?;

    public long? Number(string key) => _properties.GetValueOrDefault(key) as long?;

    /// <summary>The elements of a list property; empty if it is not there.</summary>
    public IReadOnlyList<object> List(string key) => _properties.GetValueOrDefault(key) as IReadOnlyList<object> ?? [];

    /// <summary>
    /// Sets a property, or removes it if <paramref name="value"/> is null. An <see cref="int"/> is taken as a long.
    /// </summary>
    public void Set(string key, object? value)
    {
        if (value is null) _properties.Remove(key);
        else _properties[key] = value is int number ? (long)number : value;
    }

    internal bool Contains(string key) => _properties.ContainsKey(key);

    internal void Append(string key, object value)
    {
        if (_properties.TryGetValue(key, out object? list)) ((List<object>)list).Add(value);
        else _properties[key] = new List<object> { value };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type}: {Id}");
}
