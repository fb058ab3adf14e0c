using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// What <c>-Snapshot</c> takes: an identity text, with or without namespace, or an object of a snapshot.
/// </summary>
public sealed class SnapshotReference : ITargetReference
{
    /// <exception cref="PbsArgumentException">The text is no snapshot identity.</exception>
    public SnapshotReference(string text)
    {
        Path = SnapshotPath.Parse(text);
        RequireExactTime(text);
        HasNamespace = !Path.Namespace.IsRoot;
    }

    internal SnapshotReference(SnapshotPath path, string? datastore)
    {
        Path = path;
        DatastoreText = datastore;
        HasNamespace = true;
    }

    internal SnapshotReference(ISnapshotItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Path = item.Snapshot;
        Store = item.Store;
        HasNamespace = true;
        Source = PSObject.AsPSObject(item);
        WasFinished = (item as SnapshotInfo)?.Finished;
    }

    private SnapshotReference(IGroupItem item, SnapshotPath path)
        : this(path, null)
    {
        Store = item.Store;
        Source = PSObject.AsPSObject(item);
    }

    private SnapshotReference(PSObject row, SnapshotPath path)
        : this(path, RowKeys.Text(row, "Datastore")) => Source = row;

    /// <summary>Namespace, group and time.</summary>
    public SnapshotPath Path { get; }

    /// <summary>False for a text without one, which <c>-Namespace</c> may complete.</summary>
    internal bool HasNamespace { get; }

    /// <summary>Its namespace; null for a text that has none.</summary>
    internal BackupNamespace? OwnNamespace => HasNamespace ? Path.Namespace : null;

    /// <summary>The store an object came from; null for a text.</summary>
    internal DatastoreContext? Store { get; }

    /// <summary>The object or row itself; null for a text.</summary>
    internal PSObject? Source { get; }

    /// <summary>
    /// Whether the snapshot was finished when the object or row was made; null where it does not say so.
    /// </summary>
    internal bool? WasFinished { get; init; }

    /// <inheritdoc cref="GroupReference.DatastoreText"/>
    internal string? DatastoreText { get; }

    DatastoreContext? ITargetReference.Store => Store;

    string? ITargetReference.DatastoreText => DatastoreText;

    /// <summary>The snapshot that an object stands for, or lies in; null for something larger.</summary>
    internal static SnapshotReference? Of(IGroupItem item) =>
        item is ISnapshotItem snapshot ? new SnapshotReference(snapshot)
        : StorePart.Of(item).Snapshot is { } path ? new SnapshotReference(item, path) : null;

    /// <summary>The snapshot that a row stands for, or lies in; null for one of something else.</summary>
    internal static SnapshotReference? Of(PSObject row) =>
        StorePart.Of(row) is { Snapshot: { } path } ? new SnapshotReference(row, path) : null;

    /// <summary>The snapshot in a store, and in a namespace where the text has none.</summary>
    /// <exception cref="PbsArgumentException">It is an object of another store.</exception>
    /// <exception cref="PbsConflictException">
    /// The connection of the object is not open any more, or not the one of this session.
    /// </exception>
    internal SnapshotPath PathIn(DatastoreContext store, BackupNamespace ns)
    {
        if (Store is not null) RunspaceConnection.Demand(Store.Connection, Path.ToString());
        if ((Store?.Text ?? DatastoreText) is { } own && own != store.Text && Store?.Path != store.Path)
        {
            throw new PbsArgumentException(
                PbsErrorId.DatastoreMismatch,
                $"'{Path}' lies in datastore '{own}', not in '{store.Text}'", Path.ToString());
        }

        return HasNamespace ? Path : Path with { Namespace = ns };
    }

    public override string ToString() => Path.ToString();

    // 30 February would be carried over to 1 March, which is another backup.
    private static void RequireExactTime(string text)
    {
        string time = text[(text.LastIndexOf('/') + 1)..];
        if (BackupTime.TryParse(time, out _, out bool isExact, out _) && isExact) return;
        string message = $"'{time}' is not a day or time of the calendar";
        throw new PbsArgumentException(PbsErrorId.BackupTimeInvalid, message, text);
    }
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SnapshotTransformationAttribute : IdentityTransformationAttribute
{
    private protected override string Form =>
        "a snapshot reads like vm/100/2024-05-01T10:00:00Z, a group like vm/100, with ns/a/ in front in namespace a";

    private protected override object? Recognise(object? value) => value switch
    {
        SnapshotReference => value,
        IGroupItem item => SnapshotReference.Of(item),
        PSObject row => SnapshotReference.Of(row),
        string text => new SnapshotReference(text),
        _ => null,
    };
}
