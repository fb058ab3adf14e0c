using PbsModule.Core.Datastores;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Gate;

/// <summary>The grant to read one snapshot under its shared lock, which prevents its removal or change.</summary>
internal sealed class SnapshotGrant(GroupGrant grant, TimeFolder time, HeldLock held) : IDisposable
{
    private HeldLock? _held = held;

    public GroupGrant Grant => grant;

    public GroupFolder Group => grant.Group;

    public GroupIdentity Identity => grant.Identity;

    /// <summary>The snapshot's folder.</summary>
    public TimeFolder Time => time;

    /// <summary>
    /// Transfers the lock to work that continues after this object is disposed. The caller disposes of it.
    /// </summary>
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
        grant.Dispose();
    }
}
