using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>The value of <c>-Group</c>: an identity text, with or without namespace, or an object of a group.</summary>
public sealed class GroupReference : ITargetReference
{
    private const int Parts = 2;

    /// <exception cref="PbsArgumentException">The text is not a group identity.</exception>
    public GroupReference(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (Namespace, string local) = NamespacePrefix.Split(text, Parts, PbsErrorId.GroupPathInvalid, "group");
        Path = GroupPath.Parse(local);
        HasNamespace = !Namespace.IsRoot;
    }

    internal GroupReference(BackupNamespace ns, GroupPath path, string? datastore)
    {
        Namespace = ns;
        Path = path;
        DatastoreText = datastore;
        HasNamespace = true;
    }

    internal GroupReference(IGroupItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Namespace = item.Location;
        Path = item.Group;
        Store = item.Store;
        HasNamespace = true;
        IsOfSnapshot = StorePart.Of(item).Time is not null;
    }

    /// <summary>True for an object or row of a snapshot, which is only a part of its group.</summary>
    internal bool IsOfSnapshot { get; init; }

    public BackupNamespace Namespace { get; }

    /// <summary>Type and id.</summary>
    public GroupPath Path { get; }

    /// <inheritdoc cref="SnapshotReference.HasNamespace"/>
    internal bool HasNamespace { get; }

    /// <inheritdoc cref="SnapshotReference.OwnNamespace"/>
    internal BackupNamespace? OwnNamespace => HasNamespace ? Namespace : null;

    /// <inheritdoc cref="SnapshotReference.Store"/>
    internal DatastoreContext? Store { get; }

    /// <summary>The Datastore column of a row; null for a text or an object.</summary>
    internal string? DatastoreText { get; }

    DatastoreContext? ITargetReference.Store => Store;

    string? ITargetReference.DatastoreText => DatastoreText;

    public override string ToString() => Namespace.IsRoot ? Path.ToString() : $"{Namespace.DiskPath}/{Path}";
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class GroupTransformationAttribute : IdentityTransformationAttribute
{
    /// <summary>
    /// False if snapshots have their own parameter: an object of a snapshot then does not select its group.
    /// </summary>
    public bool TakesSnapshots { get; set; } = true;

    private protected override string Form => "a group reads like vm/100, with ns/a/ in front in namespace a";

    private protected override object? Recognise(object? value) => value switch
    {
        GroupReference => value,
        IGroupItem item => Admitted(new GroupReference(item)),
        string text => new GroupReference(text),
        PSObject row when StorePart.Of(row) is { Namespace: { } ns, Group: { } group } part => Admitted(
            new GroupReference(ns, group, RowKeys.Text(row, "Datastore")) { IsOfSnapshot = part.Time is not null }),
        _ => null,
    };

    private GroupReference? Admitted(GroupReference group) => TakesSnapshots || !group.IsOfSnapshot ? group : null;
}
