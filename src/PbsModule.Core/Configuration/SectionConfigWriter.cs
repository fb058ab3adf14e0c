using System.Text;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>
/// Writes sections as PBS writes them: keys in ordinal order behind a tab, one blank line between sections. Everything
/// is held against the schema first, so that what is written can be read. Source: proxmox-section-config.
/// </summary>
internal sealed class SectionConfigWriter(SectionConfigSchema schema, string file)
{
    public string Write(IEnumerable<ConfigSection> sections)
    {
        var text = new StringBuilder();
        foreach (ConfigSection section in sections)
        {
            SectionType type = schema.Find(section.Type) ?? throw Fail($"unknown section type '{section.Type}'");
            Verify(type, section);
            if (text.Length > 0) text.Append('\n');
            text.Append(section.Type).Append(": ").Append(section.Id).Append('\n');
            foreach ((string key, object value) in section.Properties)
            {
                if (key != type.IdProperty) WriteProperty(text, type, key, value);
            }
        }

        return text.ToString();
    }

    private static void WriteProperty(StringBuilder text, SectionType type, string key, object value)
    {
        type.Properties.TryGet(key, out Property? property);
        foreach (object element in property!.IsList ? (IReadOnlyList<object>)value : [value])
        {
            text.Append('\t').Append(key).Append(' ').Append(property.Schema.Format(element)).Append('\n');
        }
    }

    private void Verify(SectionType type, ConfigSection section)
    {
        if (!type.IdSchema.TryParse(section.Id, out _, out string? error))
        {
            throw Fail($"syntax error in section identifier: {error}");
        }

        if (StringForm.HasControlCharacter(section.Id))
        {
            throw Fail("detected unexpected control character in section ID.");
        }

        var errors = new ParameterErrors();
        foreach ((string key, object value) in section.Properties) VerifyProperty(type, key, value, errors);
        foreach (Property property in type.Properties.Properties)
        {
            if (!property.Optional && !section.Contains(property.Name))
            {
                errors.Add(property.Name, "parameter is missing and it is not optional.");
            }
        }

        if (!errors.IsEmpty) throw Fail($"verify section '{section.Id}' failed - {errors}");
        foreach ((string key, object value) in section.Properties)
        {
            foreach (object element in value as IReadOnlyList<object> ?? [value])
            {
                if (element is string line && StringForm.HasControlCharacter(line))
                    throw Fail($"detected unexpected control character in section '{section.Id}' key '{key}'");
            }
        }
    }

    private static void VerifyProperty(SectionType type, string key, object value, ParameterErrors errors)
    {
        if (!type.Properties.TryGet(key, out Property? property))
        {
            errors.Add(key, key == type.IdProperty ? null : "schema does not allow additional properties.");
            return;
        }

        if (!property.IsList)
        {
            property.Schema.Verify(key, value, errors);
            return;
        }

        if (value is not IReadOnlyList<object> list)
        {
            errors.Add(key, "Expected array - got scalar value.");
            return;
        }

        for (int i = 0; i < list.Count; i++) property.Schema.Verify($"{key}/[{i}]", list[i], errors);
    }

    private PbsArgumentException Fail(string reason) =>
        new(PbsErrorId.ConfigurationValueInvalid, $"writing \"{file}\" failed: {reason}", file);
}
