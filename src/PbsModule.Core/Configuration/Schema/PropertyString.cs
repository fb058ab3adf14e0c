using System.Diagnostics.CodeAnalysis;
using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>
/// A comma list of <c>key=value</c>, some of them quoted: <c>read-only,message="back soon"</c>. Source: proxmox-schema
/// property_string.
/// </summary>
public sealed class PropertyString
{
    private readonly SortedDictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly List<string> _unknown = [];
    private bool _keepsUnknown;

    /// <summary>Keys in use, with a <see cref="bool"/>, <see cref="long"/> or <see cref="string"/> each.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    /// <exception cref="PbsFormatException">The text breaks the grammar or the schema.</exception>
    public static PropertyString Parse(string text, PropertyStringSchema schema)
    {
        var errors = new ParameterErrors();
        if (!TryParse(text, schema, errors, out PropertyString? value, out string? error) || !errors.IsEmpty)
            throw new PbsFormatException(PbsErrorId.ConfigurationInvalid, error ?? errors.ToString());
        return value;
    }

    /// <summary>
    /// Reads a text that may be of a newer release: keys that the schema does not have are kept as texts.
    /// </summary>
    /// <exception cref="PbsFormatException">The text breaks the grammar, or a known key its schema.</exception>
    public static PropertyString Read(string text, PropertyStringSchema schema)
    {
        var errors = new ParameterErrors();
        if (!TryParse(text, schema, errors, out PropertyString? value, out string? error, keepsUnknown: true)
            || !errors.IsEmpty)
        {
            throw new PbsFormatException(PbsErrorId.ConfigurationInvalid, error ?? errors.ToString());
        }

        return value;
    }

    /// <summary>Keys that the schema does not have.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    public string? Text(string key) => _values.GetValueOrDefault(key) as string;

    public bool? Flag(string key) => _values.GetValueOrDefault(key) as bool?;

    public long? Number(string key) => _values.GetValueOrDefault(key) as long?;

    /// <summary>Quotes what contains a quote, a backslash or a line break; nothing else can be quoted back.</summary>
    public static string Quote(string value)
    {
        if (value.AsSpan().IndexOfAny('"', '\\', '\n') < 0) return value;
        var quoted = new StringBuilder("\"");
        foreach (char c in value)
        {
            if (c == '\n')
            {
                quoted.Append("\\n");
                continue;
            }

            if (c is '"' or '\\') quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// False with <paramref name="error"/> where the text cannot even be split; true, with <paramref name="errors"/>
    /// filled, where keys or values are wrong.
    /// </summary>
    internal static bool TryParse(string text, PropertyStringSchema schema, ParameterErrors errors,
        [NotNullWhen(true)] out PropertyString? value, out string? error, bool keepsUnknown = false)
    {
        value = null;
        var result = new PropertyString { _keepsUnknown = keepsUnknown };
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            error = NextItem(ref rest, out string? key, out string item);
            if (error is null && key is null && schema.DefaultKey is null)
            {
                error = "Value without key, but schema does not define a default key.";
            }

            if (error is not null) return false;
            result.Add(key ?? schema.DefaultKey!, item, schema.Table, errors);
        }

        foreach (Property property in schema.Table.Properties)
        {
            if (!property.Optional && !result._values.ContainsKey(property.Name) && errors.IsEmpty)
                errors.Add(property.Name, "parameter is missing and it is not optional.");
        }

        error = null;
        value = result;
        return true;
    }

    private void Add(string key, string text, PropertyTable table, ParameterErrors errors)
    {
        if (!table.TryGet(key, out Property? property))
        {
            if (!_keepsUnknown) errors.Add(key, "schema does not allow additional properties.");
            else if (!_values.TryAdd(key, text)) errors.Add(key, "duplicate parameter.");
            else _unknown.Add(key);
        }
        else if (!property.Schema.TryParse(text, out object? value, out string? error))
        {
            errors.Add(key, $"schema validation failed: {error}");
        }
        else if (!_values.TryAdd(key, value)) errors.Add(key, "duplicate parameter.");
    }

    private static string? NextItem(ref ReadOnlySpan<char> rest, out string? key, out string value)
    {
        key = null;
        int end = rest[0] == '"' ? -1 : rest.IndexOfAny(',', '=');
        if (end >= 0 && rest[end] == '=')
        {
            key = rest[..end].ToString();
            rest = rest[(end + 1)..];
        }

        if (!rest.IsEmpty && rest[0] == '"') return QuotedValue(ref rest, out value);
        int comma = rest.IndexOf(',');
        value = (comma < 0 ? rest : rest[..comma]).ToString();
        rest = comma < 0 ? default : rest[(comma + 1)..];
        return null;
    }

    private static string? QuotedValue(ref ReadOnlySpan<char> rest, out string value)
    {
        var text = new StringBuilder();
        value = "";
        int at = 1;
        for (; at < rest.Length && rest[at] != '"'; at++)
        {
            if (rest[at] != '\\')
            {
                text.Append(rest[at]);
                continue;
            }

            if (++at == rest.Length) break;
            if (rest[at] is not ('"' or '\\' or 'n')) return "unsupported escape sequence";
            text.Append(rest[at] == 'n' ? '\n' : rest[at]);
        }

        if (at >= rest.Length) return "unexpected end of string";
        rest = rest[(at + 1)..];
        if (!rest.IsEmpty && rest[0] != ',') return "garbage after quoted string";
        if (!rest.IsEmpty) rest = rest[1..];
        value = text.ToString();
        return null;
    }
}
