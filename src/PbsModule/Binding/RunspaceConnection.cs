using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;

namespace PbsModule.Binding;

/// <summary>
/// Holds the connection of each runspace. It is keyed by runspace instead of stored in a variable, so that parallel
/// runspaces never share one, a re-import of the module keeps it, and a closed runspace releases it.
/// </summary>
internal static class RunspaceConnection
{
    private static readonly ConditionalWeakTable<Runspace, Connection> Connections = [];
    private static readonly ConditionalWeakTable<Runspace, Connection> Implicit = [];

    /// <summary>
    /// The connection made by Connect-PbsServer in this runspace; null if there is none, or no runspace.
    /// </summary>
    public static Connection? Made =>
        Runspace.DefaultRunspace is { } here && Connections.TryGetValue(here, out Connection? made) ? made : null;

    /// <summary>
    /// The current connection: the one made, else the server on this machine, if it is one, else none, which can still
    /// open paths.
    /// </summary>
    public static Connection Current
    {
        get
        {
            if (Made is { } made) return made;
            var local = new ConnectionOptions();
            bool isServer = Directory.Exists(local.ConfigRoot);
            if (Runspace.DefaultRunspace is { } here
                && Implicit.TryGetValue(here, out Connection? known)
                && known.Options is not null == isServer)
            {
                return known;
            }

            // Kept, because it owns the tasks started through it.
            Connection found = isServer ? Connection.Local(local) : Connection.None;
            if (Runspace.DefaultRunspace is { } runspace) Implicit.AddOrUpdate(runspace, found);
            return found;
        }
    }

    /// <summary>
    /// Sets the connection of this runspace. The previous one is closed, and its objects become unusable.
    /// </summary>
    public static void Set(Connection connection)
    {
        CloseCurrent();
        Connections.AddOrUpdate(Runspace.DefaultRunspace, connection);
    }

    /// <summary>Closes the connection of this runspace. Its objects become unusable.</summary>
    public static void Remove()
    {
        CloseCurrent();
        Connections.Remove(Runspace.DefaultRunspace);
    }

    /// <summary>
    /// Refuses an object whose connection is closed, or differs from the one this runspace was connected with: it would
    /// act as another identity. A runspace without a connection accepts objects of every open connection.
    /// </summary>
    /// <param name="own">The connection of the object.</param>
    /// <param name="name">The object, for messages.</param>
    /// <exception cref="PbsConflictException">The object is refused.</exception>
    public static void Demand(Connection own, string name)
    {
        if (!own.IsOpen)
        {
            throw new PbsConflictException(
                PbsErrorId.ConnectionClosed,
                $"'{name}' was found through a connection ({own}) that was closed or replaced since", name);
        }

        if (Made is { } made && made != own)
        {
            throw new PbsConflictException(
                PbsErrorId.ConnectionMismatch,
                $"'{name}' was found through another connection ({own}) than the one of this session ({made})", name);
        }
    }

    private static void CloseCurrent()
    {
        Runspace here = Runspace.DefaultRunspace;
        if (Connections.TryGetValue(here, out Connection? made)) made.Close();
        if (!Implicit.TryGetValue(here, out Connection? known)) return;
        known.Close();
        Implicit.Remove(here);
    }
}
