namespace PbsModule.Bench.Harness;

/// <summary>One line of the table.</summary>
/// <param name="Name">Scenario and what of it.</param>
/// <param name="Subject">What the module reached, with its unit.</param>
/// <param name="Limit">What the machine allows, with its unit; empty where the target is a figure of its own.</param>
/// <param name="Value">What is compared with the target: a ratio, or the subject's figure.</param>
/// <param name="Target">What <paramref name="Value"/> must reach; null for a line that only informs.</param>
internal sealed record Result(string Name, string Subject, string Limit, double Value, Target? Target)
{
    /// <summary>A line whose figure is the subject's own, not a ratio.</summary>
    public static Result Figure(string name, string subject, double value, Target target) => new(name, subject, "", value, target);

    /// <summary>A line that only informs.</summary>
    public static Result Note(string name, string subject, string limit = "", double ratio = double.NaN) => new(name, subject, limit, ratio, null);

    public bool? Passed => Target?.IsMet(Value);
}

/// <summary>A bound, from above or from below.</summary>
internal sealed record Target(double Bound, bool IsUpper, string Text)
{
    public static Target AtMost(double bound, string unit = "") => new(bound, true, $"≤ {Units.Plain(bound)}{unit}");

    public static Target AtLeast(double bound, string unit = "") => new(bound, false, $"≥ {Units.Plain(bound)}{unit}");

    public bool IsMet(double value) => IsUpper ? value <= Bound : value >= Bound;
}
