using System.Text;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>Reads a section-config file line by line. Source: proxmox-section-config.</summary>
/// <param name="schema">The types of sections and their properties.</param>
/// <param name="file">The full path of the file, for messages.</param>
/// <param name="keepsUnknown">
/// Whether unknown types and properties are kept; PBS itself refuses those of a newer release.
/// </param>
internal sealed class SectionConfigParser(SectionConfigSchema schema, string file, bool keepsUnknown)
{
    private readonly SectionConfig _config = new(schema);
    private SectionType? _type;
    private ConfigSection? _section;
    private int _line;

    public SectionConfig Parse(string text)
    {
        foreach (ReadOnlySpan<char> line in ConfigurationText.Lines(text))
        {
            _line++;
            if (_section is null) ReadOutside(line);
            else ReadInside(line);
        }

        EndSection();
        return _config;
    }

    private void ReadOutside(ReadOnlySpan<char> line)
    {
        if (line.IsWhiteSpace()) return;
        int colon = line.IndexOf(':');
        if (colon < 0 || !StartsWithLetter(line)) throw Fail("syntax error (expected header)");
        string type = line[..colon].Trim().ToString();
        string id = line[(colon + 1)..].Trim().ToString();
        _type = schema.Find(type);
        if (_type is null && !keepsUnknown) throw Fail($"unknown section type '{type}'");
        if (_type is null)
        {
            _config.AddUnknown($"\"{file}\" line {_line}: section '{id}' has the unknown type '{type}'");
        }
        else if (!_type.IdSchema.TryParse(id, out _, out string? error))
        {
            throw Fail($"syntax error in section identifier: {error}");
        }

        _section = new ConfigSection(type, id);
    }

    private void ReadInside(ReadOnlySpan<char> line)
    {
        if (line.IsWhiteSpace())
        {
            EndSection();
            return;
        }

        ReadOnlySpan<char> rest = line.TrimStart();
        int end = IndexOfWhiteSpace(rest);
        if (rest.Length == line.Length || end < 0) throw Fail("syntax error (expected section properties)");
        ReadProperty(rest[..end].ToString(), rest[end..].Trim().ToString());
    }

    private void ReadProperty(string key, string text)
    {
        if (_type is null)
        {
            _section!.Set(key, text);
            return;
        }

        // The id may be written out as a property; the one in the header wins.
        PropertySchema valueSchema = _type.IdSchema;
        bool isList = false;
        if (_type.Properties.TryGet(key, out Property? property))
        {
            valueSchema = property.Schema;
            isList = property.IsList;
        }
        else if (key != _type.IdProperty)
        {
            if (!keepsUnknown) throw Fail($"unknown property '{key}'");
            _config.AddUnknown($"\"{file}\" line {_line}: {_section} has the unknown property '{key}'");
            _section!.Set(key, text);
            return;
        }

        if (keepsUnknown && valueSchema is PropertyStringSchema parts && parts.TryRead(text, out var unknown, out _))
        {
            foreach (string part in unknown)
            {
                _config.AddUnknown($"\"{file}\" line {_line}: '{key}' of {_section} has the unknown key '{part}'");
            }

            if (_section!.Contains(key)) throw Fail($"duplicate property '{key}'");
            _section.Set(key, text);
            return;
        }

        if (!valueSchema.TryParse(text, out object? value, out string? error)) throw Fail($"property '{key}': {error}");
        if (isList)
        {
            _section!.Append(key, value);
            return;
        }

        if (_section!.Contains(key)) throw Fail($"duplicate property '{key}'");
        _section.Set(key, value);
    }

    private void EndSection()
    {
        if (_section is null) return;
        if (_type is null)
        {
            _config.AddUnknown(_section);
            _section = null;
            return;
        }

        _section.Set(_type.IdProperty, null);
        foreach (Property property in _type.Properties.Properties)
        {
            if (!property.Optional && !_section.Contains(property.Name))
            {
                throw Fail($"property '{property.Name}' is missing and it is not optional.");
            }
        }

        _config.AddRead(_section);
        _section = null;
    }

    private PbsFormatException Fail(string reason) =>
        new(PbsErrorId.ConfigurationInvalid, $"parsing \"{file}\" failed: line {_line} - {reason}", file: file);

    private static bool StartsWithLetter(ReadOnlySpan<char> line) =>
        Rune.DecodeFromUtf16(line, out Rune first, out _) == System.Buffers.OperationStatus.Done
            && Rune.IsLetter(first);

    private static int IndexOfWhiteSpace(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i])) return i;
        }

        return -1;
    }
}
