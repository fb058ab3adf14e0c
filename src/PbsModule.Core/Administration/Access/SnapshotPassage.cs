using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Grants reading of one snapshot, under its shared lock: it cannot be removed or changed meanwhile.</summary>
internal sealed class SnapshotPassage(GroupPassage passage, TimeFolder time, HeldLock held) : IDisposable
{
    private HeldLock? _held = held;

    public GroupPassage Passage => passage;

    public GroupFolder Group => passage.Group;

    public GroupIdentity Identity => passage.Identity;

    /// <summary>The snapshot's folder.</summary>
    public TimeFolder Time => time;

    /// <summary>Hands the lock to work that goes on after this; its holder disposes of it.</summary>
    public IDisposable TakeLock()
    {
        HeldLock taken = _held ?? throw new InvalidOperationException("the lock was taken before");
        _held = null;
        return taken;
    }

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
        passage.Dispose();
    }
}
