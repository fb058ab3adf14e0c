using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PbsModule.Core;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// The connection of each runspace. Keyed by the runspace and not kept in a variable of it, so that parallel runspaces
/// never share one, a re-import of the module keeps it, and a closed runspace takes it along.
/// </summary>
internal static class RunspaceConnection
{
    private static readonly ConditionalWeakTable<Runspace, Connection> Connections = [];
    private static readonly ConditionalWeakTable<Runspace, Connection> Implicit = [];

    /// <summary>
    /// What was made by Connect-PbsServer in this runspace, null before; none at all where it could not be made.
    /// </summary>
    public static Connection? Made =>
        Runspace.DefaultRunspace is { } here && Connections.TryGetValue(here, out Connection? made) ? made : null;

    /// <summary>
    /// The connection made; else the server on this machine, if it is one; else none, which still opens paths.
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

            // Kept, because the work that was started through it belongs to it.
            Connection found = isServer ? Connection.Local(local) : Connection.None;
            if (Runspace.DefaultRunspace is { } runspace) Implicit.AddOrUpdate(runspace, found);
            return found;
        }
    }

    /// <summary>
    /// Makes a connection that of this runspace. The one before is closed: its objects are not used any more.
    /// </summary>
    public static void Set(Connection connection)
    {
        CloseCurrent();
        Connections.AddOrUpdate(Runspace.DefaultRunspace, connection);
    }

    /// <summary>
    /// Closes the connection of this runspace. Objects that were found through it are not used any more.
    /// </summary>
    public static void Remove()
    {
        CloseCurrent();
        Connections.Remove(Runspace.DefaultRunspace);
    }

    /// <summary>
    /// Refuses an object whose connection is not open any more, or that comes from another one than this runspace was
    /// connected
    /// with: it would act as somebody else. A runspace that was not connected takes objects of every open connection.
    /// </summary>
    /// <param name="own">The connection the object was found through.</param>
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
