using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PbsModule.Bench.Harness;

/// <summary>Runs a script in a new PowerShell process.</summary>
internal static class PwshProcess
{
    public static bool IsFound { get; } = Probe();

    // The system reports the processor time of a child process only while it runs, so the script writes it as its last
    // output.
    private const string Last = "; [Console]::Write(' ' + [Environment]::CpuUsage.TotalTime.TotalSeconds.ToString([cultureinfo]::InvariantCulture))";

    public static PwshResult Run(string script)
    {
        var start = new ProcessStartInfo("pwsh") { ArgumentList = { "-NoProfile", "-NonInteractive", "-Command", script + Last }, RedirectStandardOutput = true, RedirectStandardError = true };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TimeSpan clock = Stopwatch.GetElapsedTime(begin);
        if (process.ExitCode != 0 || errors.Result.Length > 0) throw new InvalidOperationException($"pwsh failed on: {script}\n{errors.Result}");
        int cut = output.LastIndexOf(' ');
        return new PwshResult(clock, TimeSpan.FromSeconds(double.Parse(output.AsSpan(cut + 1), CultureInfo.InvariantCulture)), output[..cut]);
    }

    private static bool Probe()
    {
        try
        {
            Run("1");
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>Times and output of a run.</summary>
internal sealed record PwshResult(TimeSpan Clock, TimeSpan Processor, string Output);
