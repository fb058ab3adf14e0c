namespace PbsModule.Bench.Harness;

/// <summary>A line of the table.</summary>
/// <param name="Name">Scenario and measured part.</param>
/// <param name="Subject">The module's figure, with its unit.</param>
/// <param name="Limit">The machine's limit, with its unit; empty if the target is an absolute figure.</param>
/// <param name="Value">The value compared with the target: a ratio, or the subject's figure.</param>
/// <param name="Target">The bound for <paramref name="Value"/>; null for a line that is only information.</param>
internal sealed record Result(string Name, string Subject, string Limit, double Value, Target? Target)
{
    /// <summary>Makes a line whose value is the subject's figure instead of a ratio.</summary>
    public static Result Figure(string name, string subject, double value, Target target) => new(name, subject, "", value, target);

    /// <summary>Makes a line that is only information.</summary>
    public static Result Note(string name, string subject, string limit = "", double ratio = double.NaN) => new(name, subject, limit, ratio, null);

    public bool? Passed => Target?.IsMet(Value);
}

/// <summary>An upper or lower bound.</summary>
internal sealed record Target(double Bound, bool IsUpper, string Text)
{
    public static Target AtMost(double bound, string unit = "") => new(bound, true, $"≤ {Units.Plain(bound)}{unit}");

    public static Target AtLeast(double bound, string unit = "") => new(bound, false, $"≥ {Units.Plain(bound)}{unit}");

    public bool IsMet(double value) => IsUpper ? value <= Bound : value >= Bound;
}
