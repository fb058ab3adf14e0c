using System.Diagnostics;

namespace PbsModule.Core.Tests;

/// <summary>
/// Something mounted at a folder for the time of a test; takes root, and a system that lets root mount.
/// </summary>
internal sealed class MountedFolder : IDisposable
{
    private readonly string _path;

    private MountedFolder(string path) => _path = path;

    /// <summary>The content of a folder at another one, or of a file at another file.</summary>
    public static MountedFolder Bind(string from, string at) => Mount(at, "--bind", from, at);

    /// <summary>A file system in memory.</summary>
    public static MountedFolder Memory(string at) => Mount(at, "-t", "tmpfs", "none", at);

    public void MakeReadOnly() => Assert.True(TryRun("mount", "-o", "remount,ro", _path));

    public void Dispose() => TryRun("umount", _path);

    private static MountedFolder Mount(string at, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !AtomicFileTests.IsRoot
            || !TryRun("mount", arguments)) Skip.Because("nothing can be mounted here");
        return new MountedFolder(at);
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
