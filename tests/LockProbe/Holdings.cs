using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.LockProbe;

/// <summary>What the probe can hold, by name.</summary>
internal static class Holdings
{
    /// <summary>Takes a lock without waiting; null if somebody else has it.</summary>
    public static IDisposable? Take(string what, LockMode mode, string[] where) => (what, where) switch
    {
        ("flock", [var path]) => FileLock.TryTake(NativeFile.OpenRead(path), path, mode),
        ("record", [var path]) => FileLock.TryTakeRecord(FileMutations.Default.Open(path, FileCreation.OpenExisting, 0), path, mode),
        ("lockfile", [var path]) => LockFile.TryTake(FileMutations.Default, path, mode, owner: null, LockWait.None),
        ("configuration", [var root, var file]) => ConfigurationLock.Take(new ConfigurationRoot(root), file),
        ("store", [var path, var name, var run]) => Locks(path, name, run).Store(mode),
        ("group", [var path, var name, var run, var group]) => Locks(path, name, run).Group(BackupNamespace.Root, GroupPath.Parse(group), Path.Combine(path, group), mode, "busy"),
        ("snapshot", [var path, var name, var run, var snapshot]) => Locks(path, name, run).Snapshot(SnapshotPath.Parse(snapshot), Path.Combine(path, snapshot), mode, "busy"),
        ("manifest", [var path, var name, var run, var snapshot]) => Locks(path, name, run).Manifest(SnapshotPath.Parse(snapshot), Path.Combine(path, snapshot), CancellationToken.None),
        ("operation", [var run, var name]) => new ActiveOperations(run, name, ProcessTable.Default, FileMutations.Default, TimeProvider.System)
            .Register(mode == LockMode.Shared ? OperationKind.Read : OperationKind.Write, CancellationToken.None),
        ("task", [var logRoot]) => StartTask(logRoot),
        _ => throw new ArgumentException($"cannot take {what}"),
    };

    private static DatastoreLocks Locks(string path, string name, string run) =>
        new(path, name.Length == 0 ? null : name, run, FileMutations.Default, TimeProvider.System);

    /// <summary>A task that works until it is stopped; at work when this returns.</summary>
    private static RunningTask StartTask(string logRoot)
    {
        var isAtWork = new ManualResetEventSlim();
        var folder = new TaskFolder(logRoot, ProcessTable.Default, FileMutations.Default, TimeProvider.System);
        RunningTask task = new TaskRunner(folder).Start("verify", "store1", Authid.Root, context =>
        {
            context.Log("at work");
            isAtWork.Set();
            context.Cancellation.WaitHandle.WaitOne();
            context.Cancellation.ThrowIfCancellationRequested();
        }, CancellationToken.None);
        task.StopListening();
        isAtWork.Wait();
        return task;
    }
}
