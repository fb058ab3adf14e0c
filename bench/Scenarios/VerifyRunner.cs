using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Tasks;

namespace PbsModule.Bench.Scenarios;

/// <summary>Runs verifications of a written store, to the end and without failures.</summary>
internal sealed partial class VerifyRunner(string folder)
{
    private const int DontNeed = 4;

    private readonly PbsEngine _engine = new(Connection.None);

    /// <param name="threads">Number of threads that check chunks; null for the module's default.</param>
    /// <param name="records">Whether states are recorded.</param>
    /// <param name="progress">Whether progress is reported.</param>
    public void Run(int? threads = null, bool records = false, bool progress = false)
    {
        var query = new VerifyQuery { Threads = threads, NoStateUpdate = !records, Force = records, ShowsProgress = progress };
        using RunningTask task = _engine.Verify.Start(_engine.Resolver.ResolvePath(folder), query, CancellationToken.None);
        while (task.Next(CancellationToken.None) is not null) { }

        task.Completion.Wait();
        if (task.Failure is { } failure) throw failure;
    }

    /// <summary>Removes the chunks from the system's cache, so that they must be read from the disk.</summary>
    public void DropPages()
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(folder, ".chunks"), "*", SearchOption.AllDirectories))
        {
            using SafeFileHandle file = File.OpenHandle(path);
            _ = PosixFadvise(file, 0, 0, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int PosixFadvise(SafeFileHandle file, long offset, long length, int advice);
}
