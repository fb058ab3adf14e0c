using System.Diagnostics;
using System.Reflection;

namespace PbsModule.Core.Tests;

/// <summary>
/// The PowerShell that the build restored, or the one that PBS_PWSH names. Its processes find it again as <c>pwsh</c>.
/// </summary>
internal sealed class PackagedPowerShell : IDisposable
{
    private readonly string[] _command = Environment.GetEnvironmentVariable("PBS_PWSH") is { Length: > 0 } named
        ? [named]
        : [SecondProcess.Host, Metadata("PowerShell")];

    private readonly TemporaryFolder _launcher = new();

    public PackagedPowerShell() => WriteLauncher();

    /// <summary>The manifest of the Pester that the build restored.</summary>
    public static string Pester => Metadata("Pester");

    /// <summary>A path that the build knows.</summary>
    public static string Metadata(string key) => typeof(PackagedPowerShell).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;

    /// <summary>A process not yet started, with its output redirected.</summary>
    public ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo(_command[0], [.. _command[1..], "-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = _launcher.Root + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        return start;
    }

    public void Dispose() => _launcher.Dispose();

    private void WriteLauncher()
    {
        string command = string.Join(' ', _command.Select(part => $"\"{part}\""));
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(_launcher["pwsh.cmd"], $"@{command} %*\r\n");
            return;
        }

        string file = _launcher["pwsh"];
        File.WriteAllText(file, $"#!/bin/sh\nexec {command} \"$@\"\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
