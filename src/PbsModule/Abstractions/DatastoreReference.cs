using System.Management.Automation;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>What <c>-Datastore</c> takes: a registered name (wildcards allowed), a path, or an object that lies in a datastore.</summary>
public sealed class DatastoreReference
{
    public DatastoreReference(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        Text = text;
    }

    internal DatastoreReference(IDatastoreItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Store = item.Store;
        Text = item.Store.Text;
    }

    public string Text { get; }

    /// <summary>The store an object came from, with the connection it was found through; null for a text.</summary>
    internal DatastoreContext? Store { get; }

    /// <summary>True for a text that names any number of registered datastores.</summary>
    internal bool IsPattern => Store is null && !PbsSession.IsPath(Text) && WildcardPattern.ContainsWildcardCharacters(Text);

    public override string ToString() => Text;
}
