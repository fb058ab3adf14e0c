using System.Diagnostics;
using System.Text.Json;

namespace PbsModule.Core.Tests;

/// <summary>
/// Runs tests/Pester in a real PowerShell where there is one: <c>pwsh</c> on the path, or what PBS_PWSH names. One run
/// for all files, one test a file.
/// </summary>
public sealed class PesterSuite(PesterRun run) : IClassFixture<PesterRun>
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(PesterRun.Folder, "*.Tests.ps1").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void Passes(string file)
    {
        PesterFile result = run.Result(file);
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {result.Passed} passed, {result.Failed} failed, {result.Skipped} skipped in {result.Seconds:0.0} s");
        Assert.True(result.Failed == 0, string.Join("\n\n", result.Failures));
        Assert.True(result.Passed > 0, $"{file} has no test that ran");
    }
}

public sealed record PesterFile(string Name, int Passed, int Failed, int Skipped, double Seconds, string[] Failures);

/// <summary>The one run of the suite, started by the first test that asks.</summary>
public sealed class PesterRun
{
    private const int NoPester = 99;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly Lazy<IReadOnlyList<PesterFile>> _files = new(Run);

    public static string Folder { get; } = Path.Combine(Corpus.RepositoryRoot, "tests", "Pester");

    public PesterFile Result(string file)
    {
        PesterFile? result = _files.Value.FirstOrDefault(f => f.Name == file);
        Assert.True(result is not null, $"Pester did not report on {file}");
        return result!;
    }

    private static IReadOnlyList<PesterFile> Run()
    {
        string report = Path.Combine(Path.GetTempPath(), $"pbs-pester-{Guid.NewGuid():N}.json");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PBS_PWSH") is { Length: > 0 } named ? named : "pwsh")
        {
            ArgumentList = { "-NoProfile", "-NonInteractive", "-File", Path.Combine(Folder, "Invoke-Suite.ps1"), "-ReportPath", report },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["PBS_TEST_MODULE"] = ModuleManifest();
        start.Environment["PBS_TEST_STORE"] = GoldenStore.Ds1.Path;
        start.Environment["PBS_TEST_CORRUPT"] = GoldenStore.Corrupt.Path;
        using TaskTree tasks = TaskTree.Packed("tasks");
        start.Environment["PBS_TEST_TASKS"] = tasks.Root;
        start.Environment["PBS_TEST_PROBE"] = SecondProcess.Program;
        start.Environment["PBS_TEST_DOTNET"] = SecondProcess.Host;
        try
        {
            using Process? pwsh = Started(start);
            if (pwsh is null) Assert.Skip($"no '{start.FileName}' here: the cmdlets were not tried in a PowerShell (set PBS_PWSH to one)");
            Task<string> output = pwsh.StandardOutput.ReadToEndAsync(), errors = pwsh.StandardError.ReadToEndAsync();
            if (!pwsh.WaitForExit(Limit))
            {
                pwsh.Kill(entireProcessTree: true);
                Assert.Fail($"Pester was not done after {Limit}\n{output.Result}");
            }

            if (pwsh.ExitCode == NoPester) Assert.Skip(output.Result.Trim());
            TestContext.Current.SendDiagnosticMessage(output.Result);
            Assert.True(File.Exists(report), $"Pester left no report (exit code {pwsh.ExitCode})\n{output.Result}\n{errors.Result}");
            return JsonSerializer.Deserialize<PesterFile[]>(File.ReadAllText(report), Web)!;
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static Process? Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    // The built output of src/PbsModule beside this very build, unless a published module is to be tested.
    private static string ModuleManifest()
    {
        if (Environment.GetEnvironmentVariable("PBS_TEST_MODULE") is { Length: > 0 } given) return given;
        string[] built = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        return Path.Combine(Corpus.RepositoryRoot, "src", "PbsModule", "bin", built[^2], built[^1], "PbsModule.psd1");
    }
}
