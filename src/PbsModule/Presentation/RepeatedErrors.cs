using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Views;

namespace PbsModule.Presentation;

/// <summary>
/// Holds back the errors of one call that repeat an earlier one, and sums them up at its end: a missing key or
/// privilege fails every snapshot of a pipeline for the same reason.
/// </summary>
/// <remarks>
/// Errors about the data itself (missing, damaged, locked) are never held back: each of them is a fact of its own.
/// </remarks>
internal sealed class RepeatedErrors
{
    private const int MaxCauses = 64, MaxTargets = 10_000, ShownTargets = 3;

    private readonly Dictionary<(string Id, string Message), Cause> _causes = [];

    /// <summary>Whether an error repeats an earlier one, so that it is not written now.</summary>
    /// <param name="record">The error.</param>
    public bool Holds(ErrorRecord record)
    {
        if (record.Exception is not PbsException error || !MayRepeat(error)) return false;
        (string, string) key = (error.ErrorId, Reason(error, record.TargetObject));
        if (_causes.TryGetValue(key, out Cause? cause))
        {
            cause.Add(record.TargetObject);
            return true;
        }

        if (_causes.Count < MaxCauses) _causes.Add(key, new Cause(record));
        return false;
    }

    /// <summary>
    /// Returns one error for each cause that occurred again: it has the id of the first error, the number of the others
    /// in its message, and their targets as its target object.
    /// </summary>
    public IEnumerable<ErrorRecord> Summaries() =>
        _causes.Values.Where(static cause => cause.Count > 0).Select(static cause => cause.Summary());

    private static bool MayRepeat(PbsException error) =>
        error is PbsArgumentException or PbsPermissionException or PbsConflictException or PbsPlatformException
        || error.ErrorId is PbsErrorId.KeyRequired or PbsErrorId.LocksNotVisible or PbsErrorId.DatastoreUnavailable
            or PbsErrorId.FileSystemReadOnly;

    /// <summary>
    /// The message without the target's name where the call or the caller is at fault, not the target.
    /// </summary>
    private static string Reason(PbsException error, object? target)
    {
        string name = target?.ToString() ?? "";
        bool isOfCall = error is PbsArgumentException or PbsPermissionException;
        return isOfCall && name.Length > 0
            ? error.Message.Replace(name, "", StringComparison.Ordinal)
            : error.Message;
    }

    private sealed class Cause(ErrorRecord first)
    {
        private readonly List<object> _targets = [];

        public int Count { get; private set; }

        public void Add(object? target)
        {
            Count++;
            if (target is not null && _targets.Count < MaxTargets) _targets.Add(target);
        }

        public ErrorRecord Summary()
        {
            string message = first.ErrorDetails?.Message ?? DisplayText.Plain(first.Exception.Message);
            return new ErrorRecord(
                first.Exception,
                ((PbsException)first.Exception).ErrorId,
                first.CategoryInfo.Category,
                _targets.ToArray())
            {
                ErrorDetails = new ErrorDetails($"{Heading()}: {message}")
                {
                    RecommendedAction = first.ErrorDetails?.RecommendedAction ?? "",
                },
            };
        }

        private string Heading()
        {
            if (_targets.Count == 0) return Count == 1
                ? "the same error once more"
                : $"the same error {Count} more times";
            string names = string.Join(", ", _targets.Take(ShownTargets).Select(each => DisplayText.Plain($"{each}")));
            return $"the same error for {Count} more ({names}{(Count > ShownTargets ? ", …" : "")})";
        }
    }
}
