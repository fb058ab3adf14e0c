using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
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

    /// <summary>What was made by Connect-PbsServer in this runspace, null before; none at all where it could not be made.</summary>
    public static Connection? Made => Runspace.DefaultRunspace is { } here && Connections.TryGetValue(here, out Connection? made) ? made : null;

    /// <summary>The connection made; else the server on this machine, if it is one; else none, which still opens paths.</summary>
    public static Connection Current
    {
        get
        {
            if (Made is { } made) return made;
            var local = new ConnectionOptions();
            bool isServer = Directory.Exists(local.ConfigRoot);
            if (Runspace.DefaultRunspace is { } here && Implicit.TryGetValue(here, out Connection? known) && known.Options is not null == isServer) return known;

            // Kept, because the work that was started through it belongs to it.
            Connection found = isServer ? Connection.Local(local) : Connection.None;
            if (Runspace.DefaultRunspace is { } runspace) Implicit.AddOrUpdate(runspace, found);
            return found;
        }
    }

    public static void Set(Connection connection) => Connections.AddOrUpdate(Runspace.DefaultRunspace, connection);

    /// <summary>False when there was none.</summary>
    public static bool Remove() => Connections.Remove(Runspace.DefaultRunspace);
}
