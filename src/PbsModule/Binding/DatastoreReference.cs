using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Status;

namespace PbsModule.Binding;

/// <summary>
/// The value of <c>-Datastore</c>: a registered name (wildcards allowed), a path, or an object or row of a datastore.
/// </summary>
public sealed class DatastoreReference
{
    public DatastoreReference(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        Text = text;
        Part = StorePart.Whole;
    }

    internal DatastoreReference(IDatastoreItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Store = item.Store;
        Text = item.Store.Text;
        Part = StorePart.Of(item);
        Source = PSObject.AsPSObject(item);
    }

    internal DatastoreReference(PSObject row, string text, StorePart part)
    {
        Text = text;
        Part = part;
        Source = row;
    }

    public string Text { get; }

    /// <summary>The store of an object, with its connection; null for a text or a row.</summary>
    internal DatastoreContext? Store { get; }

    /// <summary>The referenced part of the datastore; all of it for a text.</summary>
    internal StorePart Part { get; }

    /// <summary>The object or row; null for a text.</summary>
    internal PSObject? Source { get; }

    /// <summary>True for a text that can match several registered datastores.</summary>
    internal bool IsPattern =>
        Source is null && !DatastoreResolver.IsPath(Text) && WildcardPattern.ContainsWildcardCharacters(Text);

    public override string ToString() => Text;
}
