using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>A namespace to change: a text, a namespace object, or a row of one.</summary>
public sealed class NamespaceReference : ITargetReference
{
    /// <exception cref="PbsArgumentException">The text is not a valid namespace.</exception>
    public NamespaceReference(string text) => Namespace = BackupNamespace.Parse(text ?? "");

    internal NamespaceReference(string text, string? datastore)
        : this(text) => DatastoreText = datastore;

    internal NamespaceReference(INamespaceItem item)
    {
        Namespace = item.Location;
        Store = item.Store;
    }

    public BackupNamespace Namespace { get; }

    internal DatastoreContext? Store { get; }

    internal string? DatastoreText { get; }

    DatastoreContext? ITargetReference.Store => Store;

    string? ITargetReference.DatastoreText => DatastoreText;

    public override string ToString() => Namespace.Text;
}
