using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// The id of a worker task: <c>UPID:{node}:{pid}:{pstart}:{task id}:{start time}:{type}:{worker id}:{auth id}:</c>,
/// with hexadecimal numbers. Parsing accepts more forms than printing produces (unescaped worker ids, lower-case
/// digits), so printing a parsed text may give a different text. Source: proxmox-schema upid.rs.
/// </summary>
public sealed record Upid
{
    private const int MinHexDigits = 8;

    /// <exception cref="PbsArgumentException">
    /// The type, identity or node name is one that PBS would not create, for example <c>illegal characters in …</c>.
    /// </exception>
    public Upid(
        string node,
        int pid,
        ulong pstart,
        ulong taskId,
        long startTime,
        string workerType,
        string? workerId,
        string authId)
    {
        if (workerType.Length == 0 || HasIllegal(workerType)) throw Illegal("worker type", workerType);
        if (authId.Length == 0 || HasIllegal(authId)) throw Illegal("auth_id", authId);
        if (!IsNode(node)) throw new PbsArgumentException(PbsErrorId.UpidInvalid, $"illegal node name '{node}'", node);
        Node = node;
        Pid = pid;
        PStart = pstart;
        TaskId = taskId;
        StartTime = startTime;
        WorkerType = workerType;
        WorkerId = string.IsNullOrEmpty(workerId) ? null : workerId;
        AuthId = authId;
    }

    private Upid()
    {
    }

    /// <summary>The host name without its domain.</summary>
    public string Node { get; private init; } = "";

    public int Pid { get; private init; }

    /// <summary>The start time of the process in clock ticks since boot.</summary>
    public ulong PStart { get; private init; }

    /// <summary>The number of the task in its process.</summary>
    public ulong TaskId { get; private init; }

    /// <summary>The start time of the task in Unix seconds.</summary>
    public long StartTime { get; private init; }

    /// <summary>PBS's name for the type of task, for example <c>garbage_collection</c>.</summary>
    public string WorkerType { get; private init; } = "";

    /// <summary>The object of the task, unescaped, or null if there is none.</summary>
    public string? WorkerId { get; private init; }

    /// <summary>
    /// The identity that started the task. It is text, because PBS does not parse it as an identity here.
    /// </summary>
    public string AuthId { get; private init; } = "";

    /// <exception cref="PbsArgumentException">
    /// The text is not a UPID: <c>unable to parse UPID '…'</c>, or the error of the worker id.
    /// </exception>
    public static Upid Parse(string text) => TryParse(text, out Upid? upid, out string? error)
        ? upid
        : throw new PbsArgumentException(PbsErrorId.UpidInvalid, error, text);

    public static bool TryParse(string text, [NotNullWhen(true)] out Upid? upid, [NotNullWhen(false)] out string? error)
    {
        upid = null;
        error = $"unable to parse UPID '{text}'";
        string[] parts = text.Split(':');
        if (parts is not
            ["UPID", var node, var pid, var pstart, var taskId, var startTime, var type, var id, var authId, ""])
        {
            return false;
        }

        if (!IsNode(node)
            || !TryHex(pid, 8, out ulong pidNumber)
            || pidNumber > int.MaxValue
            || !TryHex(pstart, 9, out ulong pstartNumber)
                || !TryHex(taskId, 16, out ulong taskNumber) || !TryHex(startTime, 8, out ulong start)
                || type.Length == 0 || HasBlank(type) || HasBlank(id) || authId.Length == 0 || HasBlank(authId))
        {
            return false;
        }

        if (!UnitName.TryUnescape(id, out string? workerId, out error)) return false;
        upid = new Upid
        {
            Node = node,
            Pid = (int)pidNumber,
            PStart = pstartNumber,
            TaskId = taskNumber,
            StartTime = (long)start,
            WorkerType = type,
            WorkerId = workerId.Length == 0 ? null : workerId,
            AuthId = authId,
        };
        return true;
    }

    /// <summary>Returns the text as PBS prints it. It is also the name of the task's log file.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"UPID:{Node}:{Pid:X8}:{PStart:X8}:{TaskId:X8}:{StartTime:X8}"
            + $":{WorkerType}:{UnitName.Escape(WorkerId ?? "")}:{AuthId}:");

    private static bool TryHex(string text, int maxDigits, out ulong value)
    {
        value = 0;
        return text.Length >= MinHexDigits && text.Length <= maxDigits
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsNode(string text)
    {
        if (text.Length == 0 || text[0] == '-' || text[^1] == '-') return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        }

        return true;
    }

    private static bool HasBlank(string text) => text.Any(char.IsWhiteSpace);

    private static bool HasIllegal(string text) => text.Any(c => c is '/' or ':' || char.IsWhiteSpace(c));

    private static PbsArgumentException Illegal(string what, string text) =>
        new(PbsErrorId.UpidInvalid, $"illegal characters in {what} '{text}'", text);
}
