using System.Diagnostics;
using System.Reflection;

namespace PbsModule.Core.Tests;

/// <summary>Another process that takes and holds locks on command, and can be killed while it does (tests/LockProbe).</summary>
internal sealed class SecondProcess : IDisposable
{
    private readonly Process _process;

    public SecondProcess()
    {
        _process = Process.Start(new ProcessStartInfo(Host, [Program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>The built probe.</summary>
    public static string Program { get; } = typeof(SecondProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "LockProbe").Value!
        .Replace('\\', Path.DirectorySeparatorChar);

    /// <summary>What runs it.</summary>
    public static string Host { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public int Id => _process.Id;

    /// <summary>Sends a command and does not wait for the answer.</summary>
    public void Tell(params string[] words)
    {
        _process.StandardInput.WriteLine(string.Join('\t', words));
        _process.StandardInput.Flush();
    }

    /// <summary>Sends a command and returns the answer.</summary>
    public string Ask(params string[] words)
    {
        Tell(words);
        return _process.StandardOutput.ReadLine() ?? "ended";
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
