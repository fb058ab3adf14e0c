using System.Globalization;
using PbsModule.Bench.Harness;
using PbsModule.Bench.Scenarios;
using PbsModule.Bench.Store;

namespace PbsModule.Bench;

/// <summary>Runs the work that the arguments name.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int BadUsage = 2;

    private static readonly IScenario[] Scenarios =
    [
        new ListScenario(), new PruneScenario(), new IndexScenario(), new CrcScenario(), new ChunkScenario(), new VerifyScenario(), new ZstdScenario(), new GcmScenario(), new ManifestScenario(), new CatalogScenario(), new ArchiveScenario(), new DigestScenario(), new MarkScenario(), new SweepScenario(), new SpaceScenario(),
        new DecodeScenario(), new SearchScenario(),
        new AclScenario(), new UpdateScenario(), new PwshScenario(),
    ];

    /// <returns>0 if everything ran, whatever the figures: the reader of the table judges the targets.</returns>
    public static int Run(string[] args)
    {
        try
        {
            if (args is ["write-store", .. var rest])
            {
                WriteStore(rest);
                return 0;
            }

            return Measure(args);
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine(e.Message);
            Usage(Console.Error);
            return BadUsage;
        }
    }

    private static int Measure(string[] args)
    {
        bool quick = false, keep = false, processorTime = false;
        string? work = null;
        List<IScenario> chosen = [];
        var arguments = new Queue<string>(args);
        while (arguments.TryDequeue(out string? argument))
        {
            switch (argument)
            {
                case "--quick": quick = true; break;
                case "--cpu-time": processorTime = true; break;
                case "--keep": keep = true; break;
                case "--work": work = Value(arguments, argument); break;
                case "--help" or "-h": Usage(Console.Out); return 0;
                case "all": chosen.AddRange(Scenarios); break;
                default: chosen.Add(Scenarios.FirstOrDefault(s => s.Name == argument) ?? throw new UsageException($"unknown: {argument}")); break;
            }
        }

        if (chosen.Count == 0) throw new UsageException("nothing to measure");
        Machine.Describe(Console.Out);
        if (processorTime) Console.WriteLine("Times are the processor's, not the clock's.\n");
        var table = new Table(Console.Out);
        table.Head();
        using var context = new BenchContext(quick, processorTime, work, keep);
        bool ran = true;
        foreach (IScenario scenario in chosen) ran &= TryRun(scenario, context, table);
        return ran ? 0 : Failed;
    }

    /// <summary>
    /// Runs a scenario. A failure is reported, the other scenarios run, and written files are removed.
    /// </summary>
    private static bool TryRun(IScenario scenario, BenchContext context, Table table)
    {
        try
        {
            foreach (Result result in scenario.Run(context)) table.Row(result);
            return true;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"{scenario.Name}: {e}");
            return false;
        }
    }

    private static void WriteStore(string[] args)
    {
        string? target = null;
        var plan = new StorePlan();
        var arguments = new Queue<string>(args);
        while (arguments.TryDequeue(out string? argument))
        {
            plan = argument switch
            {
                "--groups" => plan with { Groups = Number(arguments, argument) },
                "--snapshots" => plan with { Snapshots = Number(arguments, argument) },
                "--chunks" => plan with { Chunks = Number(arguments, argument) },
                "--with-data" => plan with { WithData = true },
                "--all-chunk-folders" => plan with { AllChunkFolders = true },
                _ when argument.StartsWith('-') || target is not null => throw new UsageException($"unknown: {argument}"),
                _ => plan,
            };
            if (!argument.StartsWith('-')) target = argument;
        }

        if (target is null) throw new UsageException("write-store needs the folder of the new store");
        var writer = new StoreWriter(plan, Path.GetFullPath(target));
        writer.Write();
        Console.WriteLine($"{target}: {plan.Groups} groups, {Units.Count(plan.SnapshotCount)} snapshots, {Units.Count(writer.ChunkCount)} chunks{(plan.WithData ? "" : " (without data)")}");
    }

    private static int Number(Queue<string> arguments, string option) =>
        int.TryParse(Value(arguments, option), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new UsageException($"{option} takes a number of at least 1");

    private static string Value(Queue<string> arguments, string option) =>
        arguments.TryDequeue(out string? value) ? value : throw new UsageException($"{option} needs a value");

    private static void Usage(TextWriter output)
    {
        output.WriteLine("usage: dotnet run -c Release --project bench -- SCENARIO… [--quick] [--cpu-time] [--work DIR] [--keep]");
        output.WriteLine("       dotnet run -c Release --project bench -- write-store DIR [--groups N] [--snapshots N] [--chunks N] [--with-data] [--all-chunk-folders]");
        output.WriteLine();
        foreach (IScenario scenario in Scenarios) output.WriteLine($"  {scenario.Name,-10} {scenario.Summary}");
        output.WriteLine($"  {"all",-10} all of them");
    }

    private sealed class UsageException(string message) : Exception(message);
}
