using System.Diagnostics;

namespace PbsModule.Core.Tests;

/// <summary>
/// samples/Tour as a user starts it: the module in the packaged PowerShell, on the embedded datastore.
/// </summary>
public sealed class TourTests
{
    [Fact]
    public async Task Tour_shows_damage_a_plan_a_file_and_a_permission()
    {
        (int exitCode, string output, string errors) = await Run("");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"alpha +2024-06-01T12:00:00Z.*False kept by no rule", output);
        Assert.Matches(@"text\.log", output);
        Assert.Matches("DatastorePowerUser on /datastore/sample/a", output);
        Assert.Matches("Data blob has wrong CRC", output);
        Assert.Matches(@"host alpha +2024-10-27T01:30:00Z.*failed", output);
        Assert.DoesNotContain("\e[", output);
        string error = Assert.Single(
            errors.Split('\n'), line => line.Contains(": ", StringComparison.Ordinal) && !line.StartsWith(' '));
        Assert.Equal("Start-PbsVerify: verification failed - please check the log for details", error.Trim());
    }

    [Fact]
    public async Task Shell_has_the_sample_connected()
    {
        string input = "'first: ' + @(Get-PbsSnapshot sample -BackupType vm)[0]\nexit 7\n";
        (int exitCode, string output, _) = await Run(input, "--shell");
        Assert.Equal(7, exitCode);
        Assert.Contains("first: vm/100/2024-05-05T00:00:02Z", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Run(string input, params string[] arguments)
    {
        GoldenStore.SkipWithoutColons();
        string tour = PackagedPowerShell.Metadata("Tour");
        using Process process = Process.Start(new ProcessStartInfo(SecondProcess.Host, [tour, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        CancellationToken stop = TestContext.Current.CancellationToken;
        await process.StandardInput.WriteAsync(input.AsMemory(), stop);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        Task<string> errors = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, await output, await errors);
    }
}
