using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace PbsModule.Core.Tests;

/// <summary>The results of one Pester file. <c>Skipped</c> has the name of each skipped test and why.</summary>
public sealed record PesterFile(
    string Name,
    int Passed,
    int Failed,
    string[] Skipped,
    double Seconds,
    string[] Failures);

/// <summary>
/// The one run of the Pester suite, started by the first test that asks. Several processes share the files; each takes
/// the next one until none is left.
/// </summary>
public sealed class PesterRun
{
    // A loaded machine may take long, but not without finishing a test file.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly Lazy<Task<IReadOnlyList<PesterFile>>> _files = new(Run);

    public static string Folder { get; } = Path.Combine(Corpus.RepositoryRoot, "tests", "Pester");

    public Task<IReadOnlyList<PesterFile>> All() => _files.Value;

    public async Task<PesterFile> Result(string file)
    {
        PesterFile? result = (await All()).FirstOrDefault(f => f.Name == file);
        string? only = Environment.GetEnvironmentVariable("PBS_PESTER_FILE");
        if (result is null && !string.IsNullOrEmpty(only)) Skip.Because($"only {Path.GetFileName(only)} was asked for");
        Assert.True(result is not null, $"Pester did not report on {file}");
        return result!;
    }

    private static async Task<IReadOnlyList<PesterFile>> Run()
    {
        using TaskTree tasks = TaskTree.Packed("tasks");
        using var folder = new TemporaryFolder();
        using var powerShell = new PackagedPowerShell();
        Directory.CreateDirectory(folder["claims"]);
        int processes = Math.Clamp(Environment.ProcessorCount, 1, 2);
        PesterFile[][] files = await Task.WhenAll(Enumerable.Range(0, processes)
            .Select(i => RunProcess(powerShell, tasks.Root, folder["claims"], folder[$"report{i}"])));
        return [.. files.SelectMany(f => f)];
    }

    private static async Task<PesterFile[]> RunProcess(
        PackagedPowerShell powerShell,
        string tasks,
        string claims,
        string report)
    {
        string script = Path.Combine(Folder, "Invoke-Suite.ps1");
        ProcessStartInfo start = powerShell.StartInfo("-File", script, "-ReportPath", report);
        start.WorkingDirectory = Folder;
        start.Environment["PBS_PESTER"] = PackagedPowerShell.Pester;
        start.Environment["PBS_PESTER_CLAIMS"] = claims;
        start.Environment["PBS_TEST_MODULE"] = ModuleManifest();
        start.Environment["PBS_TEST_STORE"] = GoldenStore.Ds1.Path;
        start.Environment["PBS_TEST_CORRUPT"] = GoldenStore.Corrupt.Path;
        start.Environment["PBS_TEST_TASKS"] = tasks;
        start.Environment["PBS_TEST_PROBE"] = SecondProcess.Program;
        start.Environment["PBS_TEST_DOTNET"] = SecondProcess.Host;
        using Process process = Process.Start(start)!;
        string output = await ReadAll(process);
        Assert.True(File.Exists(report), $"Pester left no report (exit code {process.ExitCode})\n{output}");
        return JsonSerializer.Deserialize<PesterFile[]>(await File.ReadAllTextAsync(report), Web)!;
    }

    // Everything that the process writes until it ends; it is ended when it falls silent.
    private static async Task<string> ReadAll(Process process)
    {
        var output = new StringBuilder();
        using var silence = new CancellationTokenSource(SilenceLimit);
        void Append(string? line)
        {
            if (line is null) return;
            lock (output) output.AppendLine(line);
            silence.CancelAfter(SilenceLimit);
        }

        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(silence.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Pester wrote nothing for {SilenceLimit}\n{output}");
        }

        return output.ToString();
    }

    // The built output of src/PbsModule beside this very build, unless a published module is to be tested.
    private static string ModuleManifest()
    {
        if (Environment.GetEnvironmentVariable("PBS_TEST_MODULE") is { Length: > 0 } given) return given;
        char separator = Path.DirectorySeparatorChar;
        string[] built = AppContext.BaseDirectory.TrimEnd(separator).Split(separator);
        return Path.Combine(Corpus.RepositoryRoot, "src", "PbsModule", "bin", built[^2], built[^1], "PbsModule.psd1");
    }
}
