using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>
/// The value of <c>-Snapshot</c>: an identity text, with or without namespace, or an object of a snapshot.
/// </summary>
public sealed class SnapshotReference : ITargetReference
{
    /// <exception cref="PbsArgumentException">The text is not a snapshot identity.</exception>
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

    /// <summary>False for a text without a namespace, to which <c>-Namespace</c> may add one.</summary>
    internal bool HasNamespace { get; }

    /// <summary>Its namespace; null for a text without one.</summary>
    internal BackupNamespace? OwnNamespace => HasNamespace ? Path.Namespace : null;

    /// <summary>The store of an object; null for a text.</summary>
    internal DatastoreContext? Store { get; }

    /// <summary>The object or row; null for a text.</summary>
    internal PSObject? Source { get; }

    /// <summary>Whether the snapshot was finished when the object or row was made; null if unknown.</summary>
    internal bool? WasFinished { get; init; }

    /// <inheritdoc cref="GroupReference.DatastoreText"/>
    internal string? DatastoreText { get; }

    DatastoreContext? ITargetReference.Store => Store;

    string? ITargetReference.DatastoreText => DatastoreText;

    /// <summary>Returns the snapshot that an object represents, or is in; null for a larger part.</summary>
    internal static SnapshotReference? Of(IGroupItem item) =>
        item is ISnapshotItem snapshot ? new SnapshotReference(snapshot)
        : StorePart.Of(item).Snapshot is { } path ? new SnapshotReference(item, path) : null;

    /// <summary>Returns the snapshot that a row represents, or is in; null for other rows.</summary>
    internal static SnapshotReference? Of(PSObject row) =>
        StorePart.Of(row) is { Snapshot: { } path } ? new SnapshotReference(row, path) : null;

    /// <summary>Returns the snapshot in a store, and in a namespace if the text has none.</summary>
    /// <exception cref="PbsArgumentException">The object belongs to another store.</exception>
    /// <exception cref="PbsConflictException">
    /// The connection of the object is closed, or is not the one of this session.
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

    // 30 February would become 1 March, which is another backup.
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
