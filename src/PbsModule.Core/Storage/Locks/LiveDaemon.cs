using System.Globalization;
using System.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Storage.Locks;

/// <summary>The daemons of a Proxmox Backup Server that run on this host.</summary>
internal static class LiveDaemon
{
    private const int MaxPidFile = 64;

    private static readonly (string PidFile, string Program)[] Daemons =
        [("proxy.pid", "proxmox-backup-proxy"), ("api.pid", "proxmox-backup-api")];

    /// <summary>
    /// Names of the daemons that are alive: those whose process number stands in the run directory, and under which
    /// that program runs.
    /// </summary>
    public static IReadOnlyList<string> Find(string runRoot, ProcessTable processes)
    {
        var alive = new List<string>();
        foreach ((string pidFile, string program) in Daemons)
        {
            if (ReadPid(Path.Combine(runRoot, pidFile)) is { } id && processes.StartOf(id) is not null
                && Path.GetFileName(processes.ProgramOf(id)) == program)
            {
                alive.Add(program);
            }
        }

        return alive;
    }

    private static int? ReadPid(string path)
    {
        try
        {
            string text = Encoding.ASCII.GetString(NativeFile.ReadAll(path, MaxPidFile)).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (OsErrorException)
        {
            return null;
        }
    }
}
