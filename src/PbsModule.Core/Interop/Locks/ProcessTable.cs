using System.Diagnostics;
using System.Globalization;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>A process, told apart from others that had or will have its number by when it started.</summary>
/// <param name="Id">Process number.</param>
/// <param name="Start">Clock ticks since boot (field 22 of its stat file).</param>
internal readonly record struct ProcessIdentity(int Id, ulong Start);

/// <summary>Which processes run on this machine.</summary>
internal abstract class ProcessTable
{
    public static ProcessTable Default { get; } =
        OperatingSystem.IsLinux() ? new ProcFileSystem("/proc") : new PortableProcesses();

    public abstract ProcessIdentity Current { get; }

    /// <summary>When a process started; null if there is none of that number.</summary>
    public abstract ulong? StartOf(int id);

    /// <summary>Path of the program a process runs; null where it is not to be had.</summary>
    public abstract string? ProgramOf(int id);

    public bool IsRunning(ProcessIdentity process) => StartOf(process.Id) == process.Start;

    /// <summary>The processes of Linux.</summary>
    /// <param name="root"><c>/proc</c>, or a picture of it.</param>
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

            // The name, second field, is in parentheses and may hold anything, parentheses and blanks included.
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

    /// <summary>Other systems have no such ticks; any number that stays with the process does.</summary>
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
