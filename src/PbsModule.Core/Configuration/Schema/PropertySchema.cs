using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>
/// What one value of a configuration file may be. A value is a <see cref="bool"/>, a <see cref="long"/> or a
/// <see cref="string"/>. Errors are in PBS's words. Source: proxmox-schema.
/// </summary>
public abstract class PropertySchema
{
    /// <summary>Reads a value as it stands in a file.</summary>
    public abstract bool TryParse(
        string text,
        [NotNullWhen(true)] out object? value,
        [NotNullWhen(false)] out string? error);

    /// <summary>Adds what speaks against writing the value as property <paramref name="name"/>.</summary>
    public abstract void Verify(string name, object value, ParameterErrors errors);

    /// <summary>The value as it is written to a file.</summary>
    public abstract string Format(object value);
}

/// <summary>
/// <c>1 on yes true</c> or <c>0 off no false</c>, in any case; written as <c>true</c> or <c>false</c>.
/// </summary>
public sealed class BooleanSchema : PropertySchema
{
    public static BooleanSchema Instance { get; } = new();

    public override bool TryParse(
        string text,
        [NotNullWhen(true)] out object? value,
        [NotNullWhen(false)] out string? error)
    {
        value = IsAny(text, "1", "on", "yes", "true") ? true
            : IsAny(text, "0", "off", "no", "false") ? false
            : null;
        error = value is null ? "Unable to parse boolean option." : null;
        return value is not null;
    }

    public override void Verify(string name, object value, ParameterErrors errors) =>
        errors.Add(name, value is bool ? null : "Expected boolean value.");

    public override string Format(object value) => (bool)value ? "true" : "false";

    private static bool IsAny(string text, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}

/// <summary>A decimal number within bounds, both included.</summary>
public sealed class IntegerSchema(long minimum = long.MinValue, long maximum = long.MaxValue) : PropertySchema
{
    public override bool TryParse(
        string text,
        [NotNullWhen(true)] out object? value,
        [NotNullWhen(false)] out string? error)
    {
        value = null;
        if (NumberText.TryParseSigned(text, out long number, out error)) error = CheckRange(number);
        if (error is null) value = number;
        return value is not null;
    }

    public override void Verify(string name, object value, ParameterErrors errors) =>
        errors.Add(name, value is long number ? CheckRange(number) : "Expected integer value.");

    public override string Format(object value) => ((long)value).ToString(CultureInfo.InvariantCulture);

    private string? CheckRange(long number) =>
        number < minimum ? $"value must have a minimum value of {minimum} (got {number})"
        : number > maximum ? $"value must have a maximum value of {maximum} (got {number})"
        : null;
}

/// <summary>A text within a length (Unicode scalar values), of a form.</summary>
/// <param name="minimum">Least length.</param>
/// <param name="maximum">Greatest length.</param>
/// <param name="form">Says what is wrong with a text of allowed length, null if nothing is; see
/// <see cref="StringForm"/>.</param>
public sealed class StringSchema(
    int minimum = 0,
    int maximum = int.MaxValue,
    Func<string, string?>? form = null) : PropertySchema
{
    public override bool TryParse(
        string text,
        [NotNullWhen(true)] out object? value,
        [NotNullWhen(false)] out string? error)
    {
        error = CheckText(text);
        value = error is null ? text : null;
        return value is not null;
    }

    public override void Verify(string name, object value, ParameterErrors errors) =>
        errors.Add(name, value is string text ? CheckText(text) : "Expected string value.");

    public override string Format(object value) => (string)value;

    private string? CheckText(string text)
    {
        int length = 0;
        foreach (System.Text.Rune _ in text.EnumerateRunes()) length++;
        return length < minimum ? $"value must be at least {minimum} characters long"
            : length > maximum ? $"value may only be {maximum} characters long"
            : form?.Invoke(text);
    }
}
