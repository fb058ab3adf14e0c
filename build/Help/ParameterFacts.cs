namespace PbsModule.Help;

/// <summary>
/// The block of YAML that PlatyPS writes under a parameter: keys with a value, a list, or sets of keys.
/// </summary>
internal sealed class ParameterFacts(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <summary>The value of a key, without quotes.</summary>
    public string Value(string key) => Value(_lines, $"{key}: ");

    public bool IsTrue(string key) => Value(key) == "true";

    /// <summary>The items of a list; none where it is empty.</summary>
    public IReadOnlyList<string> List(string key) => [.. Below(key).Select(line => line[2..])];

    /// <summary>The parameter sets.</summary>
    public IReadOnlyList<HelpParameterSet> Sets()
    {
        List<HelpParameterSet> sets = [];
        string[] lines = [.. Below("ParameterSets")];
        for (int start = 0; start < lines.Length;)
        {
            int end = start + 1;
            while (end < lines.Length && !lines[end].StartsWith('-')) end++;
            string[] set = lines[start..end];
            sets.Add(new HelpParameterSet(
                Value(set, "- Name: "),
                Value(set, "  Position: "),
                Value(set, "  IsRequired: ") == "true",
                Value(set, "  ValueFromPipeline: ") == "true",
                Value(set, "  ValueFromPipelineByPropertyName: ") == "true"));
            start = end;
        }

        return sets;
    }

    private IEnumerable<string> Below(string key) => _lines
        .SkipWhile(line => line != $"{key}:").Skip(1)
        .TakeWhile(line => line.StartsWith('-') || line.StartsWith(' '));

    private static string Value(string[] lines, string start)
    {
        string line = lines.FirstOrDefault(l => l.StartsWith(start, StringComparison.Ordinal))
            ?? throw new InvalidDataException($"there is no '{start.Trim()}'");
        return line[start.Length..].Trim().Trim('\'');
    }
}
