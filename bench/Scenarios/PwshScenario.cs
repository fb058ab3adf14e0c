using System.Globalization;
using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the built module in a real PowerShell: the additional time of the import and of the first call, the time to
/// the first of many objects, and that of tab completion. Each figure is from new processes, because a second call
/// finds everything compiled.
/// </summary>
internal sealed class PwshScenario : IScenario
{
    private const int FullRounds = 10;
    private const int QuickRounds = 3;
    private const string Module = "out/PbsModule/PbsModule.psd1";

    public string Name => "pwsh";

    public string Summary => $"the module in pwsh: import, first call, first object, Tab (needs {Module}: ./build.ps1)";

    public IEnumerable<Result> Run(BenchContext context)
    {
        string module = Path.GetFullPath(Module);
        if (!File.Exists(module) || !PwshProcess.IsFound)
        {
            yield return Result.Note("pwsh: no pwsh, or no built module here", "-");
            yield break;
        }

        int rounds = context.Quick ? QuickRounds : FullRounds;
        string few = context.CreateFolder("pwsh-few"), many = context.CreateFolder("pwsh-many");
        new StoreWriter(new StorePlan { Groups = 2, Snapshots = 5, Chunks = 1 }, few).Write();
        new StoreWriter(new StorePlan { Groups = context.Quick ? 20 : 200, Chunks = 1 }, many).Write();

        foreach (Result result in OverBare(context, rounds, $"Import-Module '{module}'", few)) yield return result;

        double first = Inside(rounds, $"Get-PbsSnapshot '{many}' | Select-Object -First 1");
        yield return Result.Figure("pwsh: first object of 10,000", Units.Seconds(first), first * 1e3, Target.AtMost(50, " ms"));
        foreach ((string what, string line) in ((string, string)[])[("ids", $"Get-PbsSnapshot '{many}' -BackupId "), ("times", $"Get-PbsSnapshot '{many}' -BackupTime ")])
        {
            double tab = Inside(rounds, $"TabExpansion2 \"{line}\" {line.Length}");
            yield return Result.Figure($"pwsh: first Tab for {what} in 10,000", Units.Seconds(tab), tab * 1e3, Target.AtMost(500, " ms"));
        }

        double Inside(int count, string command)
        {
            string script = $"Import-Module '{module}'; $w = [Diagnostics.Stopwatch]::StartNew(); $null = {command}; [Console]::Write($w.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture))";
            return Median(Enumerable.Range(0, count).Select(_ => double.Parse(PwshProcess.Run(script).Output, CultureInfo.InvariantCulture)));
        }
    }

    private static IEnumerable<Result> OverBare(BenchContext context, int rounds, string import, string store)
    {
        string[] scripts = ["$null", import, $"{import}; $null = Get-PbsSnapshot '{store}'"];
        double[][] seconds = [new double[rounds], new double[rounds], new double[rounds]];
        foreach (string script in scripts) PwshProcess.Run(script);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < scripts.Length; i++)
            {
                PwshResult run = PwshProcess.Run(scripts[i]);
                seconds[i][round] = (context.IsProcessorTime ? run.Processor : run.Clock).TotalSeconds;
            }
        }

        double bare = Median(seconds[0]);
        yield return Result.Note("pwsh: bare", Units.Seconds(bare));
        double imported = Median(seconds[1]) - bare;
        yield return Result.Figure(
            "pwsh: import over bare", Units.Seconds(imported), imported * 1e3, Target.AtMost(60, " ms"));
        double called = Median(seconds[2]) - bare;
        yield return Result.Figure("pwsh: import and first call over bare", Units.Seconds(called), called * 1e3, Target.AtMost(40, " ms"));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
