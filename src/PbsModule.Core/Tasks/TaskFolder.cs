using System.Globalization;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// The folder of a server's task logs and task lists, and what is needed to judge them: who runs, what time it is, and
/// which host this is.
/// </summary>
internal sealed class TaskFolder
{
    public const int FolderMode = 0x1ED; // 0755
    public const int LogMode = 0x1A4; // 0644
    public const int ListMode = 0x1B0; // 0660

    private const string AnyNode = "localhost";
    private const byte LowByte = 0xFF;

    // From this release on the server finds a result that has several lines.
    private static readonly ServerRelease LongResults = new(4, 0, 0);

    // From this release on the level of a warning is not part of its line.
    private static readonly ServerRelease PlainWarnings = new(3, 2, 8);

    private readonly Lazy<FileOwner?> _owner;
    private readonly Lazy<ServerRelease?>? _release;

    /// <param name="logRoot">The folder of all logs, <c>/var/log/proxmox-backup</c> on a server; need not
    /// exist.</param>
    /// <param name="processes">Who runs.</param>
    /// <param name="mutations">The seam.</param>
    /// <param name="time">The clock and the local zone.</param>
    /// <param name="node">Name of this host without domain; null to ask the system.</param>
    /// <param name="release">The release of the server that owns the logs; null if it is unknown.</param>
    public TaskFolder(
        string logRoot,
        ProcessTable processes,
        IFileMutations mutations,
        TimeProvider time,
        string? node = null,
        Lazy<ServerRelease?>? release = null)
    {
        LogRoot = logRoot;
        Path = System.IO.Path.Combine(logRoot, "tasks");
        Processes = processes;
        Mutations = mutations;
        Time = time;
        Node = node ?? NodeName(Environment.MachineName);
        _release = release;
        _owner = new Lazy<FileOwner?>(() => FileOwner.ForNewFilesIn(LogRoot));
    }

    public string LogRoot { get; }

    public string Path { get; }

    public ProcessTable Processes { get; }

    public IFileMutations Mutations { get; }

    public TimeProvider Time { get; }

    public string Node { get; }

    /// <summary>Whom new files are given to.</summary>
    public FileOwner? Owner => _owner.Value;

    public string Active => PathOf("active");

    public string Archive => PathOf("archive");

    /// <summary>Finished tasks of PBS 1.x, merged into the archive at the next update.</summary>
    public string Index => PathOf("index");

    public string Lock => PathOf(".active.lock");

    /// <summary>
    /// The start of a warning's line, as the server that owns the logs writes it. Readers must not depend on it.
    /// </summary>
    public string WarningPrefix => _release?.Value >= PlainWarnings ? "" : "WARN: ";

    /// <summary>Whether the server finds the result of a task in a message with several lines.</summary>
    public bool HasLongResults => _release?.Value >= LongResults;

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The folder of a task's log.</summary>
    public string LogFolder(Upid upid) => PathOf((upid.PStart & LowByte).ToString("X2", CultureInfo.InvariantCulture));

    /// <summary>The log of a task; null for a UPID that, as a file name, would lead somewhere else.</summary>
    public string? LogPath(Upid upid)
    {
        string name = upid.ToString();
        if (name.AsSpan().IndexOfAny('/', '\0') >= 0) return null;
        return System.IO.Path.Combine(LogFolder(upid), OperatingSystem.IsWindows() ? Mapped(name) : name);
    }

    /// <summary>
    /// True while a task is under way: its process runs, and if that is this one, the task's log is still held by its
    /// worker, in whichever runspace that lives.
    /// </summary>
    public bool IsRunning(Upid upid)
    {
        var process = new ProcessIdentity(upid.Pid, upid.PStart);
        return Processes.IsRunning(process)
            && (process != Processes.Current || LogPath(upid) is not { } log || TaskLogLock.IsHeld(log));
    }

    /// <summary>A host name in the form a UPID takes.</summary>
    internal static string NodeName(string machine)
    {
        string name = new([.. machine.Split('.')[0].Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        name = name.Trim('-');
        return name.Length == 0 ? AnyNode : name;
    }

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// What Windows cannot have in a file name, in the place where other systems that write there put it.
    /// </summary>
    private static string Mapped(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        const int privateUse = 0xF000;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            span[i] = c is < ' ' or ':' or '\\' or '*' or '?' or '"' or '<' or '>' or '|' ? (char)(privateUse + c) : c;
        }
    });
}
