using System.Diagnostics.CodeAnalysis;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>
/// A property whose text is itself a comma list of <c>key=value</c>; it is stored and written as that text.
/// </summary>
/// <param name="defaultKey">The key whose value may stand alone, null if none may.</param>
/// <param name="table">The keys.</param>
/// <param name="rule">Adds what must hold between several keys.</param>
public sealed class PropertyStringSchema(
    string? defaultKey,
    PropertyTable table,
    Action<PropertyString, ParameterErrors>? rule = null) : PropertySchema
{
    public string? DefaultKey { get; } = defaultKey;

    public PropertyTable Table { get; } = table;

    public override bool TryParse(
        string text,
        [NotNullWhen(true)] out object? value,
        [NotNullWhen(false)] out string? error)
    {
        var errors = new ParameterErrors();
        error = Check(text, errors) ?? (errors.IsEmpty ? null : errors.ToString());
        value = error is null ? text : null;
        return value is not null;
    }

    /// <summary>
    /// Reads a text as <see cref="TryParse"/> does, except that it may have keys of a newer release.
    /// </summary>
    public bool TryRead(string text, out IReadOnlyList<string> unknown, [NotNullWhen(false)] out string? error)
    {
        var errors = new ParameterErrors();
        unknown = [];
        if (!PropertyString.TryParse(text, this, errors, out PropertyString? parsed, out error, keepsUnknown: true))
        {
            error ??= errors.ToString();
            return false;
        }

        if (errors.IsEmpty) rule?.Invoke(parsed, errors);
        error = errors.IsEmpty ? null : errors.ToString();
        unknown = parsed.Unknown;
        return error is null;
    }

    public override void Verify(string name, object value, ParameterErrors errors)
    {
        if (value is not string text)
        {
            errors.Add(name, "Expected string value.");
            return;
        }

        var inner = new ParameterErrors();
        errors.Add(name, Check(text, inner));
        foreach ((string key, string reason) in inner.Items) errors.Add($"{name}/{key}", reason);
    }

    public override string Format(object value) => (string)value;

    private string? Check(string text, ParameterErrors errors)
    {
        if (!PropertyString.TryParse(text, this, errors, out PropertyString? parsed, out string? error)) return error;
        if (errors.IsEmpty) rule?.Invoke(parsed, errors);
        return null;
    }
}
