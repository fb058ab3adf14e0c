using System.Globalization;

namespace PbsModule.Bench.Harness;

/// <summary>Prints results as they arrive.</summary>
internal sealed class Table(TextWriter output)
{
    public void Head()
    {
        Line("scenario", "subject", "limit", "ratio", "target", "");
        Line(new string('-', 44), new string('-', 14), new string('-', 14), new string('-', 8), new string('-', 12), "----");
    }

    public void Row(Result result)
    {
        bool isRatio = result.Limit.Length > 0 && !double.IsNaN(result.Value);
        string verdict = result.Passed switch { true => "pass", false => "miss", null => "" };
        Line(result.Name, result.Subject, result.Limit, isRatio ? result.Value.ToString("0.00", CultureInfo.InvariantCulture) : "", result.Target?.Text ?? "", verdict);
    }

    private void Line(string name, string subject, string limit, string ratio, string target, string verdict) =>
        output.WriteLine($"{name,-44} {subject,14} {limit,14} {ratio,8} {target,12}  {verdict}".TrimEnd());
}
