using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Gate;

/// <summary>The grant to read one snapshot under its shared lock, which prevents its removal or change.</summary>
/// <param name="identity">The snapshot's group.</param>
/// <param name="content">The snapshot's content, which holds the lock.</param>
/// <param name="serverKey">Finds the server's key for the snapshot; null where there is no server.</param>
internal sealed class SnapshotGrant(
    GroupIdentity identity,
    ISnapshotContent content,
    Func<CryptKey?>? serverKey = null) : IDisposable
{
    private bool _isTaken;

    public GroupIdentity Identity => identity;

    /// <summary>The content, to be used until this or its taker is disposed of.</summary>
    public ISnapshotContent Content => content;

    /// <summary>
    /// Returns the caller's key; without one, the key of the server that encrypted the snapshot, if it can be had.
    /// </summary>
    public CryptKey? KeyOr(CryptKey? given) => given ?? serverKey?.Invoke();

    /// <summary>
    /// Transfers the content to work that continues after this object is disposed. The caller disposes of it.
    /// </summary>
    public ISnapshotContent TakeContent()
    {
        if (_isTaken) throw new InvalidOperationException("the content was taken before");
        _isTaken = true;
        return content;
    }

    public void Dispose()
    {
        if (!_isTaken) content.Dispose();
    }
}
