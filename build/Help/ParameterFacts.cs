namespace PbsModule.Help;

/// <summary>The YAML block that PlatyPS writes under a parameter: keys with a value, a list, or sets of keys.</summary>
internal sealed class ParameterFacts(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <summary>Returns the value of a key, without quotes.</summary>
    public string Value(string key) => Value(_lines, $"{key}: ");

    public bool IsTrue(string key) => Value(key) == "true";

    /// <summary>Returns the items of a list; none if it is empty.</summary>
    public IReadOnlyList<string> List(string key) => [.. Below(key).Select(line => line[2..])];

    /// <summary>Returns the parameter sets.</summary>
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
