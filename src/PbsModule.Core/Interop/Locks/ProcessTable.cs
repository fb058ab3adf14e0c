using System.Diagnostics;
using System.Globalization;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// The identity of a process. The start time distinguishes it from earlier and later processes with the same number.
/// </summary>
/// <param name="Id">The process number.</param>
/// <param name="Start">The start time in clock ticks since boot (field 22 of the process's stat file).</param>
internal readonly record struct ProcessIdentity(int Id, ulong Start);

/// <summary>The running processes of this machine.</summary>
internal abstract class ProcessTable
{
    public static ProcessTable Default { get; } =
        OperatingSystem.IsLinux() ? new ProcFileSystem("/proc") : new PortableProcesses();

    public abstract ProcessIdentity Current { get; }

    /// <summary>Returns the start time of a process, or null if no process has this number.</summary>
    public abstract ulong? StartOf(int id);

    /// <summary>Returns the path of a process's program, or null if it is not known.</summary>
    public abstract string? ProgramOf(int id);

    public bool IsRunning(ProcessIdentity process) => StartOf(process.Id) == process.Start;

    /// <summary>The processes of a Linux system.</summary>
    /// <param name="root"><c>/proc</c>, or a copy of it.</param>
    internal sealed class ProcFileSystem(string root) : ProcessTable
    {
        private const int StartField = 22;
        private const int MaxLength = 1 << 16;

        public override ProcessIdentity Current { get; } =
            new(Environment.ProcessId, Read(root, Environment.ProcessId) ?? 0);

        public override ulong? StartOf(int id) => Read(root, id);

        public override string? ProgramOf(int id)
        {
            try
            {
                byte[] line = NativeFile.ReadAll(
                    Path.Combine(root, id.ToString(CultureInfo.InvariantCulture), "cmdline"),
                    MaxLength);
                int end = Array.IndexOf(line, (byte)0);
                return System.Text.Encoding.UTF8.GetString(line, 0, end < 0 ? line.Length : end);
            }
            catch (OsErrorException)
            {
                return null;
            }
        }

        private static ulong? Read(string root, int id)
        {
            string stat;
            try
            {
                stat = System.Text.Encoding.UTF8.GetString(NativeFile.ReadAll(
                    Path.Combine(root, id.ToString(CultureInfo.InvariantCulture), "stat"),
                    MaxLength));
            }
            catch (OsErrorException)
            {
                return null;
            }

            // The second field, the name, is in parentheses and may contain any characters, including parentheses and
            // blanks.
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            const int before = 3;
            if (fields.Length <= StartField - before || fields[0] == "Z") return null;
            return ulong.TryParse(
                fields[StartField - before],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out ulong start)
                ? start
                : null;
        }
    }

    /// <summary>
    /// The processes of other systems, which have no such ticks. Any number that stays the same for a process is
    /// sufficient.
    /// </summary>
    private sealed class PortableProcesses : ProcessTable
    {
        private const long TicksOfTenMilliseconds = 100_000;

        public override ProcessIdentity Current { get; } = Own();

        public override ulong? StartOf(int id)
        {
            try
            {
                using Process process = Process.GetProcessById(id);
                return Number(process);
            }
            catch (Exception e) when (e is ArgumentException
                or InvalidOperationException
                or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        public override string? ProgramOf(int id) => null;

        private static ProcessIdentity Own()
        {
            using Process process = Process.GetCurrentProcess();
            return new ProcessIdentity(process.Id, Number(process));
        }

        private static ulong Number(Process process) =>
            (uint)(process.StartTime.ToUniversalTime().Ticks / TicksOfTenMilliseconds);
    }
}
