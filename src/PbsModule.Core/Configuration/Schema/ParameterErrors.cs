using System.Text;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>What is wrong with the parameters of one call or section, in PBS's words and form.</summary>
public sealed class ParameterErrors
{
    private readonly List<(string Name, string Reason)> _errors = [];

    public IReadOnlyList<(string Name, string Reason)> Items => _errors;

    public bool IsEmpty => _errors.Count == 0;

    /// <summary>Adds a reason, unless it is null.</summary>
    public void Add(string name, string? reason)
    {
        if (reason is not null) _errors.Add((name, reason));
    }

    public override string ToString()
    {
        if (_errors.Count == 1) return $"parameter verification failed - '{_errors[0].Name}': {_errors[0].Reason}";
        var text = new StringBuilder("parameter verification failed:\n");
        foreach ((string name, string reason) in _errors) text.Append($"- '{name}': {reason}\n");
        return text.ToString();
    }
}
